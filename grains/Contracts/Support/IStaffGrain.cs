using System.Collections.Immutable;
using Lethe.Contracts.Tenants;

namespace Lethe.Contracts.Support;

/// <summary>One of the operator's staff: roles and the confidentiality undertaking on file. Grain key: <c>u/{account id}</c>.</summary>
[GrainInterfaceType("staff")]
public interface IStaffGrain : IGrainWithStringKey
{
    /// <summary>Says whether this person may do what a role may do, now.</summary>
    /// <param name="role">The role.</param>
    /// <param name="cancellationToken">Observed before the answer.</param>
    /// <returns>Null when they may; otherwise why not.</returns>
    [Alias("check")]
    Task<StaffRefused?> CheckAsync(Role role, CancellationToken cancellationToken);

    /// <summary>Puts roles and undertaking as the operator's configuration has them. Called by the roster.</summary>
    /// <param name="entry">Roles and undertaking.</param>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is stored.</returns>
    [Alias("provision")]
    Task ProvisionAsync(StaffEntry entry, CancellationToken cancellationToken);

    /// <summary>Forgets the person. Called by the roster.</summary>
    /// <param name="cancellationToken">Observed before the write.</param>
    /// <returns>When it is stored.</returns>
    [Alias("revoke")]
    Task RevokeAsync(CancellationToken cancellationToken);
}

/// <summary>All of the operator's staff in this cell. Grain key: <c>u/roster</c>.</summary>
[GrainInterfaceType("staff-roster")]
public interface IStaffRosterGrain : IGrainWithStringKey
{
    /// <summary>The one key of this grain.</summary>
    const string Key = "u/roster";

    /// <summary>Makes the staff exactly these: who is not named any more is revoked. Repeating it changes nothing.</summary>
    /// <param name="staff">Everybody.</param>
    /// <param name="cancellationToken">Observed before each write.</param>
    /// <returns>When it is stored.</returns>
    [Alias("replace")]
    Task ReplaceAsync(ImmutableArray<StaffEntry> staff, CancellationToken cancellationToken);
}

/// <summary>A person of the operator's staff.</summary>
/// <param name="Account">Their account.</param>
/// <param name="Roles">What they may do: <see cref="Role.Support"/> and other roles of the operator; empty for nothing.</param>
/// <param name="Undertaking">Their undertaking of confidentiality; null when there is none on file.</param>
[GenerateSerializer, Immutable, Alias("staff-entry")]
public sealed record StaffEntry(
    [property: Id(0)] AccountId Account,
    [property: Id(1)] Role Roles,
    [property: Id(2)] Undertaking? Undertaking
);

/// <summary>A signed undertaking of confidentiality (for Germany: section 203 of the Criminal Code).</summary>
/// <param name="SignedOn">From this day on.</param>
/// <param name="ValidUntil">The last day (UTC).</param>
/// <param name="Sha256">SHA-256 of the signed paper, 32 bytes.</param>
[GenerateSerializer, Immutable, Alias("undertaking")]
public sealed record Undertaking(
    [property: Id(0)] DateOnly SignedOn,
    [property: Id(1)] DateOnly ValidUntil,
    [property: Id(2)] ReadOnlyMemory<byte> Sha256
);

/// <summary>Why staff may not look.</summary>
[GenerateSerializer, Alias("staff-refusal")]
public enum StaffRefusal
{
    /// <summary>The account has not got the role.</summary>
    NotStaff = 1,

    /// <summary>There is no undertaking on file.</summary>
    UndertakingMissing = 2,

    /// <summary>The undertaking is not yet, or no longer, in force.</summary>
    UndertakingNotInForce = 3,
}
