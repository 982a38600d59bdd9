using System.Security.Cryptography;
using System.Text;

namespace Lethe.Local.Demo;

/// <summary>
/// Looks for pieces of a text in every file under a folder, in UTF-8 and UTF-16. Before it is believed it must find a random mark that
/// was planted for it.
/// </summary>
internal static class StoredContentScan
{
    private const int PieceLength = 24;
    private const int MostPieces = 400;

    /// <summary>Scans.</summary>
    /// <param name="folder">The folder, with everything under it.</param>
    /// <param name="text">The text that should be nowhere.</param>
    /// <returns>Files looked at, and bytes of the text found.</returns>
    /// <exception cref="InvalidOperationException">The planted mark was not found: the scan says nothing.</exception>
    public static (int Files, long ContentBytes) Scan(string folder, string text)
    {
        string control = Path.Combine(folder, "scan-control");
        string mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PieceLength / 2));
        File.WriteAllText(control, $"planted {mark} mark");
        try
        {
            if (Find(control, Encoded([mark])) == 0)
            {
                throw new InvalidOperationException("The scan did not find what was planted for it.");
            }
        }
        finally
        {
            File.Delete(control);
        }
        byte[][] pieces = Encoded(Pieces(text));
        string[] files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        return (files.Length, files.Sum(file => Find(file, pieces)));
    }

    private static IEnumerable<string> Pieces(string text)
    {
        int step = Math.Max(PieceLength, text.Length / MostPieces);
        for (int at = 0; at + PieceLength <= text.Length; at += step)
        {
            string piece = text.Substring(at, PieceLength);
            if (piece.Distinct().Count() > PieceLength / 3) // rulers and blanks are found anywhere
            {
                yield return piece;
            }
        }
    }

    private static byte[][] Encoded(IEnumerable<string> pieces) =>
        [.. pieces.SelectMany(piece => new[] { Encoding.UTF8.GetBytes(piece), Encoding.Unicode.GetBytes(piece) })];

    private static long Find(string file, byte[][] pieces)
    {
        byte[] bytes;
        try
        {
            using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }
        catch (IOException) when (Path.GetFileName(file) is "lock" || !File.Exists(file))
        {
            return 0; // our own lock is empty; a journal may go away meanwhile
        }
        return pieces.Where(piece => bytes.AsSpan().IndexOf(piece) >= 0).Sum(piece => (long)piece.Length);
    }
}
