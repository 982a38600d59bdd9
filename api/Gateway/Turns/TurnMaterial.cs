using System.Buffers.Binary;
using Lethe.Contracts.Sessions;
using Lethe.Gateway.Documents.Reading;
using Lethe.Gateway.Sealing;

namespace Lethe.Gateway.Turns;

/// <summary>One earlier turn, opened: what was asked and what was answered.</summary>
/// <param name="plain">Its plaintext, owned from now on.</param>
internal sealed class EarlierTurn(PlainBuffer plain) : IDisposable
{
    private const int HeaderSize = 4;

    /// <summary>Gets the instruction; may be empty.</summary>
    public ReadOnlyMemory<byte> Instruction => plain.Memory.Slice(HeaderSize, InstructionLength);

    /// <summary>Gets the answer.</summary>
    public ReadOnlyMemory<byte> Answer => plain.Memory[(HeaderSize + InstructionLength)..];

    private int InstructionLength => BinaryPrimitives.ReadInt32BigEndian(plain.GetSpan());

    /// <summary>Writes the plaintext of a turn that is to be remembered.</summary>
    /// <param name="instruction">What was asked.</param>
    /// <param name="answer">What was answered.</param>
    /// <returns>The plaintext, to be disposed of.</returns>
    public static PlainBuffer Write(ReadOnlySpan<byte> instruction, ReadOnlySpan<byte> answer)
    {
        PlainBuffer plain = PlainBuffer.Allocate(HeaderSize + instruction.Length + answer.Length);
        Span<byte> bytes = plain.GetSpan();
        BinaryPrimitives.WriteInt32BigEndian(bytes, instruction.Length);
        instruction.CopyTo(bytes[HeaderSize..]);
        answer.CopyTo(bytes[(HeaderSize + instruction.Length)..]);
        return plain;
    }

    /// <inheritdoc/>
    public void Dispose() => ((IDisposable)plain).Dispose();
}

/// <summary>Everything opened for one turn: documents and earlier turns. Zeroed with <see cref="Dispose"/>.</summary>
internal sealed class TurnMaterial : IDisposable
{
    private readonly List<DocumentText> documents = [];
    private readonly List<EarlierTurn> turns = [];

    /// <summary>Gets the documents' texts, in the user's order.</summary>
    public IReadOnlyList<DocumentText> Documents => documents;

    /// <summary>Gets the earlier turns, oldest first.</summary>
    public IReadOnlyList<EarlierTurn> Turns => turns;

    /// <summary>Chooses the documents of a turn from the manifest.</summary>
    /// <param name="manifest">What the session holds.</param>
    /// <param name="request">What is asked.</param>
    /// <returns>The documents, or the problem.</returns>
    public static Outcome<IReadOnlyList<ManifestEntry>> Choose(Manifest manifest, TurnRequest request)
    {
        if (request.Documents is not { } named)
        {
            // A selection stands for itself: only documents that are named go along with it.
            return request.Selection.IsEmpty
                ? [.. manifest.Entries.Where(entry => entry.Kind == ItemKind.Document)]
                : Array.Empty<ManifestEntry>();
        }
        List<ManifestEntry> chosen = [];
        foreach (UInt128 id in named)
        {
            if (manifest.Find(ItemKind.Document, id) is not { } entry)
            {
                return Problems.DocumentNotFound;
            }
            chosen.Add(entry);
        }
        return chosen;
    }

    /// <summary>Opens documents and earlier turns.</summary>
    /// <param name="session">The session.</param>
    /// <param name="chosen">The documents.</param>
    /// <param name="earlier">The earlier turns.</param>
    /// <param name="cancellationToken">Observed.</param>
    /// <returns>The material, to be disposed of; or the problem.</returns>
    public static async Task<Outcome<TurnMaterial>> OpenAsync(
        SealedSession session,
        IEnumerable<ManifestEntry> chosen,
        IEnumerable<ManifestEntry> earlier,
        CancellationToken cancellationToken
    )
    {
        TurnMaterial material = new();
        try
        {
            foreach (ManifestEntry entry in chosen.Concat(earlier))
            {
                Outcome<PlainBuffer> read = await session.ReadAsync(entry, cancellationToken);
                if (!read.Try(out PlainBuffer? plain, out Problem? refusal))
                {
                    material.Dispose();
                    return refusal;
                }
                if (entry.Kind == ItemKind.Turn)
                {
                    material.turns.Add(new EarlierTurn(plain));
                    continue;
                }
                using (plain)
                {
                    material.documents.Add(DocumentText.Read(plain.GetSpan()));
                }
            }
            return material;
        }
        catch
        {
            material.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        documents.ForEach(document => document.Dispose());
        turns.ForEach(turn => turn.Dispose());
    }
}
