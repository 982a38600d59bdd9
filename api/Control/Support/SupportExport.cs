using Lethe.Contracts.Support;

namespace Lethe.Control.Support;

/// <summary>An open case of an account.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Case">What its grain says.</param>
internal sealed record OpenCase(SupportId Id, CaseDescribed Case);

/// <summary>Gives a data subject what support holds of them: cases, messages, consents. Documents are read one by one.</summary>
internal static class SupportExport
{
    /// <summary>Lists an account's open cases.</summary>
    /// <param name="owner">The account.</param>
    /// <param name="grains">The records silos.</param>
    /// <param name="cancellationToken">Observed before each call.</param>
    /// <returns>The cases, oldest first.</returns>
    public static async Task<IReadOnlyList<OpenCase>> OpenCasesAsync(
        SupportOwner owner,
        IGrainFactory grains,
        CancellationToken cancellationToken
    )
    {
        List<OpenCase> open = [];
        foreach (SupportId id in await grains.GetGrain<IAccountCasesGrain>(owner.Account.ToGrainKey()).ListAsync(cancellationToken))
        {
            if (await grains.GetGrain<ICaseGrain>(id.ToGrainKey()).DescribeAsync(owner, cancellationToken) is CaseDescribed described)
            {
                open.Add(new OpenCase(id, described));
            }
        }
        return open;
    }

    /// <summary>Makes the export.</summary>
    /// <param name="owner">The account.</param>
    /// <param name="grains">The records silos.</param>
    /// <param name="cancellationToken">Observed before each call.</param>
    /// <returns>One JSON object.</returns>
    public static async Task<IResult> MakeAsync(SupportOwner owner, IGrainFactory grains, CancellationToken cancellationToken)
    {
        List<(OpenCase Case, MessagesRead Messages, IReadOnlyList<ShareDescribed> Shares)> cases = [];
        foreach (OpenCase open in await OpenCasesAsync(owner, grains, cancellationToken))
        {
            List<ShareDescribed> shares = [];
            foreach (SupportId share in open.Case.Shares)
            {
                if (
                    await grains.GetGrain<IShareGrain>(share.ToGrainKey()).DescribeAsync(owner, cancellationToken)
                    is ShareDescribed described
                )
                {
                    shares.Add(described);
                }
            }
            if (
                await grains.GetGrain<ICaseGrain>(open.Id.ToGrainKey()).ReadMessagesAsync(owner, cancellationToken) is MessagesRead messages
            )
            {
                cases.Add((open, messages, shares));
            }
        }
        return new JsonOut(json =>
        {
            json.WriteStartObject();
            json.WriteString("schema"u8, "urn:lethe:support-export:1"u8);
            json.WriteStartArray("cases"u8);
            foreach ((OpenCase open, MessagesRead messages, IReadOnlyList<ShareDescribed> shares) in cases)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, open.Id.ToString());
                json.WriteString("createdAt"u8, open.Case.CreatedAt);
                json.WriteString("expiresAt"u8, open.Case.ExpiresAt);
                Messages.Write(json, open.Id, messages);
                json.WriteStartArray("shares"u8);
                foreach (ShareDescribed share in shares)
                {
                    ShareJson.Write(json, share);
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }
}
