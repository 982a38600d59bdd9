using System.CommandLine;
using System.Text.Json;
using Lethe.Client;
using Lethe.Local.Cells;
using Lethe.Local.Demo;
using Lethe.Local.State;

namespace Lethe.Local.Commands;

/// <summary><c>demo</c>: the main job on embedded defaults, from a document to an answer to nothing.</summary>
internal static class DemoCommand
{
    private static readonly string[] Actions = ["summarise", "ask", "rewrite", "translate", "draft", "proofread", "review"];

    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Argument<string?> file = new("FILE")
        {
            Description = "A .docx, .pdf, .md, .txt or .json file; without one, a contract that ships with the demo.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> action = new("--action") { Description = "What to do with it.", DefaultValueFactory = _ => "summarise" };
        action.AcceptOnlyFromAmong(Actions);
        Option<string?> instruction = new("--instruction") { Description = "What exactly; the question for 'ask'." };
        Option<string?> language = new("--language") { Description = "The answer's language: de, en, fr or it." };
        language.AcceptOnlyFromAmong("de", "en", "fr", "it");
        Option<string> region = CommonOptions.Region();
        Option<bool> json = new("--json") { Description = "The last line is one JSON object." };
        Option<string> state = CommonOptions.State();
        Command command = new("demo", "Runs the main job: sign in, draw tokens, upload, ask, stream the answer, forget.")
        {
            file,
            action,
            instruction,
            language,
            region,
            json,
            state,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                RunAsync(
                    new DemoTask(
                        DemoDocument.Read(parsed.GetValue(file)),
                        parsed.GetRequiredValue(region),
                        new Turn(parsed.GetRequiredValue(action), parsed.GetValue(instruction), Language: parsed.GetValue(language))
                    ),
                    parsed.GetRequiredValue(state),
                    parsed.GetValue(json),
                    cancellationToken
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(DemoTask task, string state, bool json, CancellationToken cancellationToken)
    {
        string text = await DemoText.ReadAsync(task.Document, cancellationToken);
        using LocalFolder folder = LocalFolder.OpenExclusive(state);
        (CellPorts eu, CellPorts ch) = CellPorts.Free();
        Progress progress = new();
        DemoResult result;
        await using (LocalCells cells = await LocalCells.StartAsync(folder, eu, ch, [], progress, cancellationToken))
        {
            await Console.Out.WriteLineAsync();
            result = await DemoRun.RunAsync(cells, task, progress, Console.Out.Write, cancellationToken);
        }
        (int files, long contentBytes) = StoredContentScan.Scan(folder.Root, text);
        result = result with { StoredContentBytes = contentBytes };
        KeptTable.Print(folder.Root, task.Region);
        await Console.Out.WriteLineAsync(
            $"  {files} files searched for the document's words in UTF-8 and UTF-16: {contentBytes} bytes found."
        );
        if (json)
        {
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, JsonSerializerOptions.Web));
        }
        return result is { Forgotten: true, StoredContentBytes: 0 } ? 0 : 1;
    }
}
