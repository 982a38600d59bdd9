namespace Lethe.UnitTests.Documents;

/// <summary>Changes files at random, and the same way each time (xorshift).</summary>
internal sealed class Mutations(uint seed)
{
    private uint state = seed;

    public byte[] Change(byte[] file)
    {
        byte[] changed = [.. file];
        uint kind = Next(5);
        if (kind == 0)
        {
            return changed[..(int)Next((uint)changed.Length)];
        }
        if (kind == 1)
        {
            int at = (int)Next((uint)changed.Length);
            int count = (int)Next((uint)Math.Min(64, changed.Length - at));
            return [.. changed[..at], .. changed[(at + count)..]];
        }
        if (kind == 2)
        {
            int from = (int)Next((uint)changed.Length);
            int count = (int)Next((uint)Math.Min(200, changed.Length - from));
            int to = (int)Next((uint)changed.Length);
            return [.. changed[..to], .. changed[from..(from + count)], .. changed[to..]];
        }
        for (uint bit = 0; bit < 1 + Next(kind == 3 ? 2u : 40u); bit++)
        {
            changed[Next((uint)changed.Length)] ^= (byte)(1 << (int)Next(8));
        }
        return changed;
    }

    private uint Next(uint below)
    {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return below == 0 ? 0 : state % below;
    }
}
