using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace Lethe.TestKit.Postgres;

/// <summary>
/// A PostgreSQL server of its own: fresh data in a temporary folder, loopback only, durable as in production (fsync on). It
/// can be killed and started again, and is gone with its data when disposed. Runs as a plain user even when the tests are root's.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const string Superuser = "lethe_root";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder;
    private readonly string programs;
    private readonly string? runAs;
    private Process? server;

    private PostgresServer(string folder, string programs, string? runAs, string password)
    {
        this.folder = folder;
        this.programs = programs;
        this.runAs = runAs;
        Password = password;
    }

    /// <summary>Gets the port on 127.0.0.1. It stays the same when the server is started again.</summary>
    public int Port { get; private set; }

    /// <summary>Gets the password of every login that is made here.</summary>
    public string Password { get; }

    /// <summary>Makes the data folder and starts the server.</summary>
    public static async Task<PostgresServer> StartAsync(CancellationToken cancellationToken = default)
    {
        string bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .EnumerateDirectories("/usr/lib/postgresql")
                .Select(version => Path.Combine(version, "bin"))
                .Where(bin => File.Exists(Path.Combine(bin, "initdb")))
                .OrderDescending(StringComparer.Create(CultureInfo.InvariantCulture, CompareOptions.NumericOrdering))
                .FirstOrDefault()
                ?? throw new InvalidOperationException("PostgreSQL is not installed: run tests/run.sh.")
            : throw new InvalidOperationException("PostgreSQL is not installed: run tests/run.sh.");
        string data = Directory.CreateTempSubdirectory("lethe-postgres-").FullName;
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        PostgresServer made = new(data, bin, Environment.UserName == "root" ? PlainUser() : null, password);
        try
        {
            await made.InitialiseAsync(cancellationToken);
            await made.StartAgainAsync(cancellationToken);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the connection string of a login.</summary>
    public string ConnectionString(string database, string login) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = Port,
            Database = database,
            Username = login,
            Password = Password,
            Timeout = 5,
            MaxPoolSize = 20,
        }.ConnectionString;

    /// <summary>Runs SQL as the superuser and returns the first value.</summary>
    public async Task<object?> RunAsync(string sql, string database = "postgres", CancellationToken cancellationToken = default)
    {
        await using NpgsqlDataSource source = NpgsqlDataSource.Create(ConnectionString(database, Superuser) + ";Pooling=false");
        await using NpgsqlCommand command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Makes a login that is a member of the roles.</summary>
    public async Task CreateLoginAsync(string login, params string[] roles)
    {
        string memberships = roles.Length == 0 ? string.Empty : " IN ROLE " + string.Join(", ", roles);
        await RunAsync($"CREATE ROLE {login} LOGIN PASSWORD '{Password}'{memberships}");
    }

    /// <summary>Makes a database that belongs to a login.</summary>
    public async Task CreateDatabaseAsync(string database, string owner)
    {
        await RunAsync($"CREATE DATABASE {database} OWNER {owner}");
        if (int.Parse((string)(await RunAsync("SHOW server_version_num"))!) < 150_000)
        {
            await RunAsync($"ALTER SCHEMA public OWNER TO {owner}", database);
        }
    }

    /// <summary>Kills the server as a power cut would: no shutdown, no flush.</summary>
    public async Task KillAsync()
    {
        if (server is { } running)
        {
            int[] children = Children(running.Id);
            running.Kill(entireProcessTree: true);
            await running.WaitForExitAsync();
            running.Dispose();
            server = null;
            await WaitForEndAsync(children);
        }
    }

    /// <summary>Starts the server on its data, on the same port as before.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        if (Port == 0)
        {
            Port = FreePort();
        }

        server = Run(
            $"exec {Prefix()} {programs}/postgres -D {folder}/data -p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' "
                + $"-c max_connections=200 -c shared_buffers=64MB >>{folder}/log 2>&1"
        );
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await RunAsync("SELECT 1", cancellationToken: cancellationToken);
                return;
            }
            catch (Exception exception)
                when (exception is NpgsqlException && !server.HasExited && Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(50, cancellationToken);
            }
            catch (NpgsqlException exception)
            {
                throw new InvalidOperationException(await File.ReadAllTextAsync($"{folder}/log", cancellationToken), exception);
            }
        }
    }

    /// <summary>Dumps a database: its schema and every row.</summary>
    public async Task<byte[]> DumpAsync(string database, CancellationToken cancellationToken = default)
    {
        ProcessStartInfo start = new($"{programs}/pg_dump", ["-h", "127.0.0.1", "-p", $"{Port}", "-U", Superuser, database])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["PGPASSWORD"] = Password;
        using Process dump = Process.Start(start)!;
        using MemoryStream written = new();
        await dump.StandardOutput.BaseStream.CopyToAsync(written, cancellationToken);
        await dump.WaitForExitAsync(cancellationToken);
        return dump.ExitCode == 0 ? written.ToArray() : throw new InvalidOperationException($"pg_dump ended with {dump.ExitCode}.");
    }

    /// <summary>Reads the files of a database's own tables and indexes, with what deleted rows have left in them.</summary>
    public async Task<byte[]> FilesAsync(string database, CancellationToken cancellationToken = default)
    {
        await RunAsync("CHECKPOINT", database, cancellationToken);
        string files = (string)
            (
                await RunAsync(
                    "SELECT string_agg(pg_relation_filepath(c.oid), ' ') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                        + "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'i', 't') AND c.oid >= 16384",
                    database,
                    cancellationToken
                )
            )!;
        using MemoryStream all = new();
        foreach (string file in files.Split(' '))
        {
            await all.WriteAsync(await File.ReadAllBytesAsync(Path.Combine(folder, "data", file), cancellationToken), cancellationToken);
        }
        return all.ToArray();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (server is { HasExited: false } running)
        {
            await ShellAsync($"kill -INT {running.Id}", default); // fast shutdown
            using CancellationTokenSource limit = new(Patience);
            await running.WaitForExitAsync(limit.Token);
        }

        server?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string PlainUser() =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal)) ? "postgres" : "nobody";

    private static Process Run(string shell) =>
        Process.Start(new ProcessStartInfo("/bin/sh", ["-c", shell]) { UseShellExecute = false, WorkingDirectory = "/tmp" })!;

    private static async Task ShellAsync(string shell, CancellationToken cancellationToken)
    {
        using Process process = Run(shell);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"Exit code {process.ExitCode} of: {shell}");
        }
    }

    private static int[] Children(int parent) =>
        [.. Process.GetProcesses().Where(process => ParentOf(process.Id) == parent).Select(process => process.Id)];

    private static int ParentOf(int process)
    {
        try
        {
            string status = File.ReadAllText($"/proc/{process}/stat");
            return int.Parse(status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        }
        catch (IOException)
        {
            return -1; // it has ended meanwhile
        }
    }

    private static async Task WaitForEndAsync(int[] processes)
    {
        long began = Stopwatch.GetTimestamp();
        while (processes.Any(process => Directory.Exists($"/proc/{process}")) && Stopwatch.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(20);
        }
    }

    private string Prefix() => runAs is null ? string.Empty : $"setpriv --reuid={runAs} --regid=$(id -gn {runAs}) --clear-groups";

    private async Task InitialiseAsync(CancellationToken cancellationToken)
    {
        await File.WriteAllTextAsync($"{folder}/password", Password, cancellationToken);
        if (runAs is not null)
        {
            await ShellAsync($"chown -R {runAs} {folder}", cancellationToken);
        }

        await ShellAsync(
            $"{Prefix()} {programs}/initdb -D {folder}/data --username={Superuser} --pwfile={folder}/password --auth=scram-sha-256 "
                + "--encoding=UTF8 --no-locale --no-sync >/dev/null",
            cancellationToken
        );
        File.Delete($"{folder}/password");
    }
}
