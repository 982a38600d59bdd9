namespace Lethe.Contracts.Support;

/// <summary>What a case or a share answers.</summary>
[GenerateSerializer, Immutable, Alias("support-result")]
public abstract record SupportResult;

/// <summary>There is no such case or share, or none of this caller, or it is over: one answer for all of them.</summary>
[GenerateSerializer, Immutable, Alias("support-unknown")]
public sealed record SupportUnknown : SupportResult;

/// <summary>Nothing was changed and nothing is released.</summary>
/// <param name="Reason">Why not.</param>
[GenerateSerializer, Immutable, Alias("support-refused")]
public sealed record SupportRefused([property: Id(0)] SupportRefusal Reason) : SupportResult;

/// <summary>The caller is not, or not now, one of the staff who may look. Nothing is released.</summary>
/// <param name="Reason">Why not.</param>
[GenerateSerializer, Immutable, Alias("staff-refused")]
public sealed record StaffRefused([property: Id(0)] StaffRefusal Reason) : SupportResult;

/// <summary>The case or share is over: its keys are destroyed and its rows are gone.</summary>
[GenerateSerializer, Immutable, Alias("support-ended")]
public sealed record SupportEnded : SupportResult;

/// <summary>Why a case or a share refuses.</summary>
[GenerateSerializer, Alias("support-refusal")]
public enum SupportRefusal
{
    /// <summary>The id is taken.</summary>
    AlreadyOpen = 1,

    /// <summary>The tenant is not served by this cell now.</summary>
    TenantNotHere = 2,

    /// <summary>The account has as many open cases as it may have.</summary>
    TooManyCases = 3,

    /// <summary>The case holds as many messages as it may hold.</summary>
    TooManyMessages = 4,

    /// <summary>The case has as many open shares as it may have.</summary>
    TooManyShares = 5,

    /// <summary>The switch to share a document is not on.</summary>
    NotConsented = 6,

    /// <summary>The consent would end in the past or later than it may.</summary>
    ExpiryOutOfRange = 7,

    /// <summary>A document was stored under this consent already.</summary>
    DocumentAlreadyStored = 8,

    /// <summary>No document has been stored under this consent yet.</summary>
    NoDocument = 9,

    /// <summary>What is to be stored has a length that it cannot have.</summary>
    WrongSize = 10,
}
