namespace Lethe.Gateway.Documents.Reading;

/// <summary>Registers the readers.</summary>
public static class DocumentReadingServices
{
    /// <summary>Adds <see cref="DocumentReaders"/>, with its bounds in <c>Documents:Reading</c>.</summary>
    /// <param name="services">The host's services; a <see cref="TimeProvider"/> is registered elsewhere.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddDocumentReading(this IServiceCollection services)
    {
        services
            .AddOptionsWithValidateOnStart<DocumentReadingOptions, DocumentReadingOptionsValidator>()
            .BindConfiguration("Documents:Reading");
        return services.AddSingleton<DocumentReaders>();
    }
}
