using System.IO.Compression;
using GourmetGram.Application.Common;
using GourmetGram.Application.Retraining;
using GourmetGram.Infrastructure.Hosting;

namespace GourmetGram.Infrastructure.Onnx;

/// <summary>Unpacks uploaded model folders into folder <c>scratch</c> of the data directory.</summary>
internal sealed class ModelArchive(DataDirectory data, IScratch scratch) : IModelArchive
{
    private const int MostFiles = 1000;
    private const int TypeMask = 0xF000;
    private const int Link = 0xA000;

    public async Task<IUnpackedModel> UnpackAsync(Stream zip, CancellationToken cancellationToken)
    {
        await using var copy = scratch.Create();
        await zip.CopyToAsync(copy, cancellationToken);
        copy.Position = 0;
        var folder = new UnpackedModel(Path.Combine(data.FullPath, "scratch", Path.GetRandomFileName()));
        try
        {
            await using var archive = new ZipArchive(copy, ZipArchiveMode.Read);
            var files = archive.Entries.Where(entry => !entry.FullName.EndsWith('/')).ToList();
            if (files.Count > MostFiles)
                throw new UnusableModelException($"The zip has {files.Count} files; at most {MostFiles} are taken. Pack the model only.");
            var left = IModelArchive.MostBytes;
            foreach (var entry in files)
                left -= await ExtractAsync(entry, folder.Root, left, cancellationToken);
            return folder.Locate();
        }
        catch (InvalidDataException e)
        {
            folder.Dispose();
            throw new UnusableModelException($"This is not a zip file that can be read: {e.Message} Pack the model's folder again.", e);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <returns>Number of bytes written.</returns>
    private static async Task<long> ExtractAsync(ZipArchiveEntry entry, string root, long most, CancellationToken cancellationToken)
    {
        var parts = entry.FullName.Split('/');
        if (
            Array.Exists(parts, part => part is "" or "." or ".." || part.AsSpan().ContainsAny('\\', ':', '\0'))
            || ((entry.ExternalAttributes >> 16) & TypeMask) == Link
        )
            throw new UnusableModelException(
                $"The zip has an entry that is a link or leads out of its folder: '{entry.FullName}'. Pack the model's folder without it."
            );
        var path = Path.Combine([root, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var source = await entry.OpenAsync(cancellationToken);
        await using var target = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var buffer = new byte[1 << 16];
        var written = 0L;
        // The announced size may be wrong, so the bytes are counted.
        while (await source.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            written += read;
            if (written > most)
                throw new UnusableModelException(
                    $"The unpacked model is larger than {IModelArchive.MostBytes >> 20} MiB. Use a smaller model, or pack one variant."
                );
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return written;
    }

    private sealed class UnpackedModel(string root) : IUnpackedModel
    {
        public string Root { get; } = root;

        public string Directory { get; private set; } = root;

        /// <summary>Finds the manifest: at the top, or in the only folder, as most programs pack a folder.</summary>
        public UnpackedModel Locate()
        {
            if (
                !File.Exists(Path.Combine(Root, ModelManifest.FileName))
                && System.IO.Directory.Exists(Root)
                && System.IO.Directory.GetFileSystemEntries(Root) is [var only]
            )
                Directory = only;
            return this;
        }

        public void Dispose()
        {
            if (System.IO.Directory.Exists(Root))
                System.IO.Directory.Delete(Root, recursive: true);
        }
    }
}
