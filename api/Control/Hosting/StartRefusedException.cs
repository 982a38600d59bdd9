namespace Lethe.Control.Hosting;

/// <summary>Why Control does not start, or does not migrate: one sentence for whoever starts it. Holds no secret.</summary>
public sealed class StartRefusedException : Exception
{
    /// <summary>Initializes a new instance of the <see cref="StartRefusedException"/> class.</summary>
    public StartRefusedException()
        : base("Control does not start.") { }

    /// <summary>Initializes a new instance of the <see cref="StartRefusedException"/> class.</summary>
    /// <param name="message">The sentence.</param>
    public StartRefusedException(string message)
        : base(message) { }

    /// <summary>Initializes a new instance of the <see cref="StartRefusedException"/> class.</summary>
    /// <param name="message">The sentence.</param>
    /// <param name="innerException">What failed.</param>
    public StartRefusedException(string message, Exception innerException)
        : base(message, innerException) { }
}
