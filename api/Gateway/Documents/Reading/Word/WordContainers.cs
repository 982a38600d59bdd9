namespace Lethe.Gateway.Documents.Reading.Word;

/// <summary>
/// Where paragraphs go: the body hands them on at once; a cell and a text box keep them until their row or host paragraph ends.
/// Tables in cells become a paragraph a row.
/// </summary>
internal sealed class WordContainers(DocumentTextBuilder text, ReadingBudget budget)
{
    private const int DeepestNesting = 24; // of tables and text boxes in each other
    private readonly Stack<Container> open = new();

    private enum Shape
    {
        Box,
        Table,
        Row,
        Cell,
    }

    /// <summary>Takes a paragraph.</summary>
    /// <param name="block">The paragraph.</param>
    public void Add(WordBlock block)
    {
        if (open.TryPeek(out Container? container))
        {
            container.Blocks.Add(block);
        }
        else
        {
            block.MoveTo(text);
        }
    }

    /// <summary>Opens a text box that belongs to a paragraph.</summary>
    /// <param name="host">The paragraph.</param>
    public void OpenBox(WordBlock? host) => Open(Shape.Box, host);

    /// <summary>Opens a table.</summary>
    public void OpenTable()
    {
        if (open.Count == 0)
        {
            text.Separate();
        }
        Open(Shape.Table, host: null);
    }

    /// <summary>Opens a row.</summary>
    public void OpenRow() => Open(Shape.Row, host: null);

    /// <summary>Forgets the row's text when it ends.</summary>
    public void DropRow()
    {
        if (open.TryPeek(out Container? row))
        {
            row.IsDropped = true;
        }
    }

    /// <summary>Opens a cell.</summary>
    public void OpenCell() => Open(Shape.Cell, host: null);

    /// <summary>Closes what was opened last.</summary>
    public void Close()
    {
        if (!open.TryPop(out Container? closed))
        {
            return; // a closing element whose opening one was in a skipped part
        }
        switch (closed.Shape)
        {
            case Shape.Cell when open.TryPeek(out Container? row):
                row.Cells.Add(closed.Blocks);
                break;
            case Shape.Row:
                CloseRow(closed);
                break;
            case Shape.Box when closed.Host is { } host:
                host.Boxes.AddRange(closed.Blocks);
                break;
            default:
                closed.Blocks.ForEach(Add);
                if (open.Count == 0)
                {
                    text.Separate();
                }
                break;
        }
    }

    /// <summary>Closes everything, in case a document forgot to.</summary>
    public void CloseAll()
    {
        while (open.Count > 0)
        {
            Close();
        }
    }

    private void Open(Shape shape, WordBlock? host)
    {
        if (open.Count >= 4 * DeepestNesting)
        {
            budget.Refuse(DocumentRefusal.TooComplex);
        }
        open.Push(new Container(shape, host));
    }

    // A row with one filled cell is layout, not a table: its paragraphs stay paragraphs.
    private void CloseRow(Container row)
    {
        // Rows of a table in the body are handed on at once: a long table is not kept twice.
        Container? table = open.TryPop(out Container? parent) ? parent : null;
        if (row.IsDropped)
        {
            row.Cells.ForEach(cell => cell.ForEach(block => block.Clear()));
            row.Cells.Clear();
        }
        List<List<WordBlock>> filled = row.Cells.FindAll(cell => cell.Exists(block => !block.IsBlank || block.Boxes.Count > 0));
        List<WordBlock> result = filled.Count == 1 ? filled[0] : [];
        if (filled.Count > 1)
        {
            WordBlock joined = new() { Kind = ParagraphKind.TableRow };
            for (int cell = 0; cell < row.Cells.Count; cell++)
            {
                joined.Append(cell == 0 ? string.Empty : " | ");
                joined.AppendCell(row.Cells[cell]);
            }
            result.Add(joined);
        }
        result.AddRange(row.Blocks);
        bool inBody = open.Count == 0;
        foreach (WordBlock block in result)
        {
            if (inBody)
            {
                block.MoveTo(text);
            }
            else
            {
                table?.Blocks.Add(block);
            }
        }
        if (table is not null)
        {
            open.Push(table);
        }
    }

    private sealed record Container(Shape Shape, WordBlock? Host)
    {
        public bool IsDropped { get; set; }

        public List<WordBlock> Blocks { get; } = [];

        public List<List<WordBlock>> Cells { get; } = [];
    }
}
