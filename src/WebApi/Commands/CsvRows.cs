using System.Text;

namespace GourmetGram.WebApi.Commands;

/// <summary>Reads CSV (RFC 4180). Lines can end with a line feed only.</summary>
internal static class CsvRows
{
    /// <summary>Returns the cells of each line. Empty lines are left out.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Parse(string text)
    {
        var rows = new List<IReadOnlyList<string>>();
        var (cells, cell, isQuoted) = (new List<string>(), new StringBuilder(), false);
        for (var i = text.StartsWith('\uFEFF') ? 1 : 0; i < text.Length; i++)
        {
            var c = text[i];
            if (isQuoted)
            {
                if (c != '"')
                    cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"')
                    cell.Append(text[++i]);
                else
                    isQuoted = false;
            }
            else if (c == '"' && cell.Length == 0)
                isQuoted = true;
            else if (c == ',')
                EndCell();
            else if (c == '\n')
                EndRow();
            else if (c != '\r')
                cell.Append(c);
        }

        EndRow();
        return rows;

        void EndCell()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }

        void EndRow()
        {
            EndCell();
            if (cells is not [""])
                rows.Add(cells);
            cells = [];
        }
    }
}
