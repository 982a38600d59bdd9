using Microsoft.Extensions.Configuration.Json;

namespace Lethe.Silo;

/// <summary>How the program was called: an optional command, then <c>--name value</c> pairs.</summary>
/// <param name="Migrate">Whether to migrate instead of to serve.</param>
/// <param name="Help">Whether to explain instead.</param>
/// <param name="Configuration">The file, then the environment, then the command line; the later wins.</param>
internal sealed record CommandLine(bool Migrate, bool Help, IConfiguration Configuration)
{
    /// <summary>What <c>--help</c> prints.</summary>
    public const string Usage = """
        Lethe.Silo [migrate] --config FILE [--plane content|identity] [--Section:Name VALUE ...]

          Runs a silo of one plane until it is told to stop.
          migrate          brings the plane's PostgreSQL databases to this build's schema, as their owner, and ends
          --config FILE    settings in JSON; then LETHE_Section__Name from the environment, then the command line
          --plane PLANE    content (sessions, in memory) or identity (tenants, tokens, support)
          --help           this text
        """;

    /// <summary>Reads the arguments.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <returns>What they say.</returns>
    /// <exception cref="StartRefusedException">An argument is unknown, or the file is missing or no JSON.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Any(argument => argument is "--help" or "-h"))
        {
            return new CommandLine(Migrate: false, Help: true, new ConfigurationBuilder().Build());
        }

        bool migrate = arguments.Count > 0 && arguments[0] == "migrate";
        Dictionary<string, string?> values = new(StringComparer.OrdinalIgnoreCase);
        string? file = null;
        for (int index = migrate ? 1 : 0; index < arguments.Count; index += 2)
        {
            string name = arguments[index];
            if (!name.StartsWith("--", StringComparison.Ordinal) || name.Length == 2 || index + 1 == arguments.Count)
            {
                throw new StartRefusedException($"The argument {index + 1} is not understood: see --help.");
            }

            if (name == "--config")
            {
                file = Path.GetFullPath(arguments[index + 1]);
            }
            else
            {
                values[name[2..]] = arguments[index + 1];
            }
        }

        return new CommandLine(migrate, Help: false, Read(file, values));
    }

    private static IConfigurationRoot Read(string? file, Dictionary<string, string?> values)
    {
        ConfigurationBuilder builder = new();
        if (file is not null)
        {
            builder.Add<JsonConfigurationSource>(source =>
            {
                source.Path = file;
                source.Optional = false;
                source.ResolveFileProvider();
            });
        }

        try
        {
            return builder.AddEnvironmentVariables("LETHE_").AddInMemoryCollection(values).Build();
        }
        catch (FileNotFoundException exception)
        {
            throw new StartRefusedException("The configuration file does not exist.", exception);
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException)
        {
            throw new StartRefusedException("The configuration file is not JSON.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException("The configuration file cannot be read.", exception);
        }
    }
}
