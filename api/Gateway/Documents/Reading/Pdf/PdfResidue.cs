using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using UglyToad.PdfPig.Tokens;

namespace Lethe.Gateway.Documents.Reading.Pdf;

/// <summary>
/// The parser keeps every name and every operator of every document it has read, for as long as the process lives: words of a damaged
/// document among them. This takes them out again; both compare by their characters, so documents that are being read lose nothing.
/// </summary>
internal static class PdfResidue
{
    private static readonly FrozenSet<string> OwnNames = Own(typeof(NameToken), () => Names(token: null).Keys);
    private static readonly FrozenSet<string> OwnOperators = Own(typeof(OperatorToken), () => Operators(token: null).Keys);

    /// <summary>Forgets what documents left behind.</summary>
    public static void Forget()
    {
        ConcurrentDictionary<string, NameToken> names = Names(token: null);
        foreach (string name in names.Keys)
        {
            if (!OwnNames.Contains(name))
            {
                names.TryRemove(name, out _);
            }
        }
        lock (OperatorsLock(token: null))
        {
            Dictionary<string, string> operators = Operators(token: null);
            foreach (string name in operators.Keys)
            {
                if (!OwnOperators.Contains(name))
                {
                    operators.Remove(name);
                }
            }
        }
    }

    private static FrozenSet<string> Own(Type type, Func<IEnumerable<string>> keys)
    {
        RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        return keys().ToFrozenSet(StringComparer.Ordinal);
    }

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "NameMap")]
    private static extern ref ConcurrentDictionary<string, NameToken> Names(NameToken? token);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "PooledNames")]
    private static extern ref Dictionary<string, string> Operators(OperatorToken? token);

    [UnsafeAccessor(UnsafeAccessorKind.StaticField, Name = "Lock")]
    private static extern ref object OperatorsLock(OperatorToken? token);
}
