using Lethe.Contracts;
using Lethe.Control.Moves;

namespace Lethe.ClusterTests.Cells;

/// <summary>The real way to the other cell, which fails when a test says so.</summary>
internal sealed class FaultyLink(ICellLink real) : ICellLink
{
    private int sent;

    /// <summary>Gets or sets which message does not arrive, counted from 0.</summary>
    public int? LosesRequest { get; set; }

    /// <summary>Gets or sets which message arrives and is not answered.</summary>
    public int? LosesAnswer { get; set; }

    public List<CellMessage> Sent { get; } = [];

    public async Task<CellAnswer?> SendAsync(Region to, CellMessage kind, string signed, CancellationToken cancellationToken)
    {
        int number = sent++;
        Sent.Add(kind);
        if (number == LosesRequest)
        {
            return null;
        }
        CellAnswer? answer = await real.SendAsync(to, kind, signed, cancellationToken);
        return number == LosesAnswer ? null : answer;
    }

    public void Reset()
    {
        (sent, LosesRequest, LosesAnswer) = (0, null, null);
        Sent.Clear();
    }
}
