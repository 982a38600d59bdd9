namespace Lethe.Gateway.Models.Extractive;

/// <summary>Words that mean something to the model in themselves, folded.</summary>
internal static class WordLists
{
    private static readonly HashSet<ulong>[] StopWords =
    [
        TermHash.SetOf(
            "aber alle allem allen aller alles als also am an auch auf aus bei beim bereits bis bzw da dabei dadurch dafur dagegen daher damit danach dann daran darauf daraus darf das dass dasselbe davon dazu dem den denen denn der deren des dessen die dies diese diesem diesen dieser dieses doch dort durch eben ebenso ein eine einem einen einer eines er erst es etwa etwas falls fur gegen gegenuber gem gemass gibt haben hat hatte hatten hier hierbei hierfur hierzu hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in innerhalb insbesondere insoweit ist jede jedem jeden jeder jedes jedoch jener kann kein keine keinem keinen keiner konnen man mehr mit muss mussen nach nicht nichts noch nur ob oder ohne sein seine seinem seinen seiner seines seit sich sie sind so sofern solche solchen soll sollen sowie soweit uber um und uns unter vom von vor wahrend war waren was weder wegen weil welche welchem welchen welcher wenn wer werden wie wieder wird wobei worden wurde wurden zu zum zur zwar zwischen satz satze satzes absatz absatze absatzes absatzen nummer nr abs buchstabe entsprechend gilt gelten werde wurde sei seien habe hierauf darin davor selbst bleibt"
        ),
        TermHash.SetOf(
            "a about above after again against all also although am an and any are as at be because been before being below between both but by can cannot could did do does doing down during each either else etc ever few for from further had has have having he her here hereby herein hereof hereto hereunder him his how i if in including into is it its itself may me might more most must my no nor not of off on once only or other our out over own per same shall she should so some such than that the their them then there thereby therein thereof thereto these they this those through to too under until up upon us very was we were what when where whether which while who whom whose why will with within without would you your section subsection paragraph clause notwithstanding"
        ),
        TermHash.SetOf(
            "a afin ainsi alors apres au aucun aucune aussi autre autres aux avant avec avoir ce cela celle celles celui ces cet cette ceux chaque comme contre d dans de des dont du elle elles en entre est et etre eu ils il je l la le les leur leurs lorsque lui mais meme moins ne ni non nos notre nous on ont ou par pas pendant peut peuvent plus pour que quel quelle qui sa sans se selon sera seront ses si soit son sont sous sur ta tout toute toutes tous tres un une vers vos votre vous y article alinea"
        ),
        TermHash.SetOf(
            "a ad agli ai al alla alle allo anche avere avra c che chi ci come con contro cui da dagli dai dal dalla dalle dallo degli dei del della delle dello di dopo dove e ed entro era essere fra gli ha hanno i il in io l la le lei li lo loro lui ma mi ne negli nei nel nella nelle nello no noi non o ogni oppure per perche piu possono prima puo qualora quale quali quando quella quelle quelli quello questa queste questi questo sara saranno se sempre senza si sia siano sono stata stato su sugli sui sul sulla sulle sullo suo sua suoi tra tutti tutte tutto un una uno voi articolo comma"
        ),
    ];

    private static readonly HashSet<ulong>[] Cues =
    [
        TermHash.SetOf(
            "verpflichtet verpflichten muss mussen darf durfen haftet haften haftung kundigen kundigung gekundigt frist anspruch anspruche berechtigt unwirksam nichtig vergutung zahlen betragt verboten untersagt unzulassig schadensersatz aufgabe aufgaben zweck gegenstand leistungen pflicht pflichten recht verlangen zustimmung verjahrt verjahren probezeit laufzeit urlaub vertraulich verschwiegenheit gerichtsstand wettbewerbsverbot"
        ),
        TermHash.SetOf(
            "shall must liable liability terminate termination terminates fees pay payment warrants warranty indemnify indemnification confidential governed law jurisdiction obligations obligation responsible breach damages term renew ownership owns license data security notify prohibited exclusive remedy purpose"
        ),
        TermHash.SetOf(
            "doit doivent oblige obligation obligations responsable responsabilite resiliation resilier duree paiement prix droit droits interdit dommages confidentialite garantie"
        ),
        TermHash.SetOf(
            "deve devono obbligo obblighi responsabile responsabilita recesso risoluzione durata pagamento prezzo diritto diritti vietato danni riservatezza garanzia"
        ),
    ];

    /// <summary>Gets words that point to a place in a document rather than say something.</summary>
    public static HashSet<ulong> References { get; } =
        TermHash.SetOf(
            "satz satze satzes absatz absatze absatzes absatzen nummer nummern nr abs buchstabe art artikel paragraph paragraphen section sections subsection clause clauses article articles alinea comma ziffer halbsatz bgbl rn rdn vgl sgb bgb zpo verordnung"
        );

    /// <summary>Gets words with which a sentence leans on the one before it.</summary>
    public static HashSet<ulong> Leaning { get; } =
        TermHash.SetOf(
            "dies diese diesem diesen dieser dieses dabei hierbei hierfur hierzu hierauf hieraus hiervon er sie es ihm ihnen letzteres letztere solche solcher entsprechendes gleiches dasselbe dazu daruber darin davon dagegen insoweit satz absatz satze danach dann daher deshalb jedoch sofern dessen deren darf kann ist das sein seine ihre ihr auch this these such it they he she those however otherwise therefore thus furthermore moreover additionally nevertheless if elle ils ce cela cette ces celui cio questa questo esso essa essi tale tali"
        );

    /// <summary>Gets words that a notice about the document has, rather than the document.</summary>
    public static HashSet<ulong> Notices { get; } =
        TermHash.SetOf(
            "copyright lizenz licence creative commons attached convenience drafting weggefallen aufgehoben fundstelle ausfertigungsdatum inhaltsverzeichnis inhaltsubersicht gestrichen unbesetzt commonpaper bonterms disclaimer unterschrift signature signatures signing executing inconsistency placeholder counterparts"
        );

    /// <summary>Gets words that ask for something without saying what about.</summary>
    public static HashSet<ulong> Asking { get; } =
        TermHash.SetOf(
            "fasse fass zusammen zusammenfassung zusammenfassen kurz bitte dokument dokuments text texts vertrag vertrags vertrages satzen satze satz stichpunkten stichpunkte wichtigsten wichtigste punkte inhalt uberblick erklare beschreibe nenne gib liste lange wann wo wieviel viel hoch gross steht regelt geregelt unterlagen summarise summarize summary document contract agreement please give list short brief bullet points sentences key main overview explain describe tell long much many does did say says said provide provided resume resumer resumez document contrat texte riassumi riassunto documento contratto testo breve"
        );

    /// <summary>Gets words of time and amount, which answer how long and how much.</summary>
    public static HashSet<ulong> Measures { get; } =
        TermHash.SetOf(
            "tag tage tagen monat monate monaten monats jahr jahre jahren jahres woche wochen stunde stunden werktag werktage werktagen euro eur prozent chf uhr day days month months year years week weeks hour hours dollars percent usd jour jours mois an ans semaine semaines heures giorno giorni mese mesi anno anni settimane ore"
        );

    /// <summary>Gets groups of words that lawyers use for one thing, across languages.</summary>
    public static IReadOnlyList<string[]> Kin { get; } =
    [
        .. new[]
        {
            "gehalt vergutung lohn arbeitsentgelt entgelt salary remuneration wage",
            "kundigung kundigen beendigung kundigungsfrist termination terminate notice resiliation recesso",
            "haftung haftet haften schadensersatz liability liable damages responsabilite responsabilita",
            "laufzeit dauer vertragsdauer term duration duree durata",
            "geheimhaltung vertraulichkeit verschwiegenheit stillschweigen vertraulich confidentiality confidential confidentialite riservatezza",
            "gerichtsstand gericht zustandigkeit jurisdiction courts court venue",
            "preis entgelt gebuhr gebuhren vergutung price fee fees prix prezzo",
            "miete mietzins rent lease loyer canone",
            "urlaub urlaubsanspruch urlaubstage holiday vacation leave",
            "frist fristen deadline period delai termine",
            "datenschutz privacy dsgvo gdpr",
            "unterauftragnehmer unterauftragsverarbeiter subprocessor subprocessors subcontractor",
            "gewahrleistung mangel garantie warranty warranties garanzia",
            "verjahrung verjahren limitation prescription prescrizione",
            "zahlung zahlen bezahlen payment pay paiement pagamento",
            "mieter tenant lessee locataire",
            "vermieter landlord lessor bailleur",
            "arbeitgeber arbeitgeberin employer",
            "arbeitnehmer angestellter angestellte employee",
            "probezeit probation trial",
        }.Select(group => group.Split(' ')),
    ];

    /// <summary>Gets words that ask for a time or an amount.</summary>
    public static HashSet<ulong> AsksForMeasure { get; } =
        TermHash.SetOf(
            "lange wann viel viele hoch wieviel frist fristen dauer long when much many period duration combien quand duree quanto quanti quando durata termine"
        );

    /// <summary>Tells whether a folded word is a stop word.</summary>
    /// <param name="hash">The word's hash.</param>
    /// <param name="language">The language.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsStopWord(ulong hash, TextLanguage language) => StopWords[(int)language].Contains(hash);

    /// <summary>Tells whether a folded word marks a duty, a right, a term or an amount.</summary>
    /// <param name="hash">The word's hash.</param>
    /// <param name="language">The language.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsCue(ulong hash, TextLanguage language) => Cues[(int)language].Contains(hash);

    /// <summary>Tells a text's language by its stop words.</summary>
    /// <param name="text">UTF-8; the first 64 KiB decide.</param>
    /// <returns>The language; English for a text without a known word.</returns>
    public static TextLanguage Guess(ReadOnlySpan<byte> text)
    {
        Span<int> hits = stackalloc int[StopWords.Length];
        Span<char> buffer = stackalloc char[WordReader.LongestWord];
        WordReader words = new(text[..Math.Min(text.Length, 64 * 1024)], buffer);
        while (words.MoveNext())
        {
            ulong hash = TermHash.Of(words.Folded);
            for (int i = 0; i < hits.Length; i++)
            {
                hits[i] += StopWords[i].Contains(hash) ? 1 : 0;
            }
        }
        buffer.Clear();
        int best = (int)TextLanguage.En;
        for (int i = 0; i < hits.Length; i++)
        {
            best = hits[i] > hits[best] ? i : best;
        }
        return (TextLanguage)best;
    }
}
