using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Lethe.Control.Identity.Accounts;

/// <summary>Our own accounts and the OpenID Connect server: section <c>Accounts</c>.</summary>
internal sealed class AccountsOptions
{
    /// <summary>Gets or sets where accounts are kept.</summary>
    [Required, ValidateObjectMembers]
    public AccountsDatabaseOptions Database { get; set; } = new();

    /// <summary>Gets or sets the clients of the OpenID Connect server. Who is not named is removed at the next start.</summary>
    [ValidateEnumeratedItems]
    public IList<ClientOptions> Clients { get; set; } = [];

    /// <summary>Gets or sets how long an access token is good. 1 second to 5 minutes, which is the default.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets how long a refresh token is good. 1 minute to 30 days; default 14 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>Gets or sets how long after its use a refresh token may be sent again by a second window. 0 to 30 seconds; default 20.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan RefreshReuseLeeway { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Gets or sets how long a device code is good. 1 second to 15 minutes; default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:15:00")]
    public TimeSpan DeviceCodeLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets how long a browser stays signed in. 1 minute to 24 hours; default 8 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan CookieLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Gets or sets how old a sign-in may be for a change of how somebody signs in, or of members. 1 minute to 1 hour; default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "01:00:00")]
    public TimeSpan RecentSignIn { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Gets or sets how long the link of a reset is good. 1 second to 1 hour; default 20 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ResetLifetime { get; set; } = TimeSpan.FromMinutes(20);

    /// <summary>Gets or sets how long an invitation is good. 1 second to 30 days; default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan InvitationLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Gets or sets how long the keys that sign and encrypt tokens are used. 1 hour to 365 days; default 90 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan KeyLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Gets or sets the cost of a password's hash: PBKDF2-HMAC-SHA512 rounds. 1,000 (tests) to 2,000,000; default 210,000.</summary>
    [Range(1_000, 2_000_000)]
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>Gets or sets the limits of attempts.</summary>
    [Required, ValidateObjectMembers]
    public AttemptOptions Attempts { get; set; } = new();
}

/// <summary>Where accounts are kept.</summary>
internal sealed class AccountsDatabaseOptions
{
    /// <summary>The provider for a file.</summary>
    public const string Sqlite = "sqlite";

    /// <summary>The provider for a server.</summary>
    public const string PostgreSql = "postgresql";

    /// <summary>Gets or sets the provider: <c>sqlite</c> or <c>postgresql</c>.</summary>
    [Required, RegularExpression("sqlite|postgresql")]
    public string Provider { get; set; } = Sqlite;

    /// <summary>Gets or sets how to connect, as a role that may read and write rows and nothing else.</summary>
    [Required]
    public string ConnectionString { get; set; } = string.Empty;

    /// <summary>Gets or sets how to connect as the owner of the schema; for the command <c>migrate</c> only.</summary>
    public string? OwnerConnectionString { get; set; }
}

/// <summary>One client of the OpenID Connect server.</summary>
internal sealed class ClientOptions
{
    /// <summary>Gets or sets its <c>client_id</c>.</summary>
    [Required, RegularExpression("[a-z0-9-]{1,64}")]
    public string Id { get; set; } = string.Empty;

    /// <summary>Gets or sets where a code may be sent. A loopback address stands for all of its ports (RFC 8252 §7.3).</summary>
    public IList<string> RedirectUris { get; set; } = [];

    /// <summary>Gets or sets a value indicating whether it may use the device flow.</summary>
    public bool Device { get; set; }

    /// <summary>Gets or sets the file of its secret. A client with a secret may introspect and nothing else.</summary>
    public string? SecretFile { get; set; }
}

/// <summary>How often may be tried what could be guessed.</summary>
internal sealed class AttemptOptions
{
    /// <summary>Gets or sets after how many failures in a row an address is locked. 2 to 20; default 5.</summary>
    [Range(2, 20)]
    public int FailuresToLock { get; set; } = 5;

    /// <summary>Gets or sets how long it is locked. 1 second to 1 hour; default 5 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LockedFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Gets or sets the attempts per minute for one address from one network. 1 to 1000; default 10.</summary>
    [Range(1, 1000)]
    public int PerAddress { get; set; } = 10;

    /// <summary>Gets or sets the attempts per minute from one network: a firm is one network. 10 to 100,000; default 600.</summary>
    [Range(10, 100_000)]
    public int PerNetwork { get; set; } = 600;

    /// <summary>Gets or sets the mails per hour to one address, asked for by whomever. 1 to 100; default 5.</summary>
    [Range(1, 100)]
    public int MailsPerAddress { get; set; } = 5;
}

/// <inheritdoc/>
[OptionsValidator]
internal sealed partial class AccountsOptionsValidator : IValidateOptions<AccountsOptions>;
