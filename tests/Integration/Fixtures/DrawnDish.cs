using SkiaSharp;

namespace GourmetGram.Tests.Integration.Fixtures;

/// <summary>
/// Draws dishes whose classes can be told apart by colour and shape. Equal seeds give equal pictures.
/// </summary>
internal static class DrawnDish
{
    public const int Classes = 11;

    private const int Size = 256;

    /// <summary>Draws a dish as JPEG.</summary>
    /// <param name="classIndex">Index of the class, from 0 to 10.</param>
    /// <param name="seed">Names the picture among those of its class.</param>
    public static byte[] Draw(int classIndex, int seed)
    {
        var random = new Random(classIndex + Classes * seed);
        using var surface = SKSurface.Create(new SKImageInfo(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var canvas = surface.Canvas;
        // The table has the colour of the class, and the pieces on the plate have its shape.
        var hue = (classIndex * (360f / Classes)) + random.Next(-8, 9);
        canvas.Clear(SKColor.FromHsv((hue + 360) % 360, 70 + random.Next(30), 50 + random.Next(50)));
        using var paint = new SKPaint
        {
            IsAntialias = true,
            Color = SKColor.FromHsv(random.Next(360), random.Next(12), 75 + random.Next(25)),
        };
        var (x, y) = ((Size / 2) + random.Next(-20, 21), (Size / 2) + random.Next(-20, 21));
        canvas.DrawCircle(x, y, 75 + random.Next(-12, 13), paint);
        var pieces = 4 + (classIndex * 3 % 8) + random.Next(3);
        for (var i = 0; i < pieces; i++)
        {
            paint.Color = SKColor.FromHsv((hue + 150 + random.Next(60)) % 360, 60 + random.Next(40), 40 + random.Next(45));
            var box = SKRect.Create(x + random.Next(-60, 30), y + random.Next(-60, 30), 20 + random.Next(30), 12 + random.Next(30));
            canvas.Save();
            canvas.RotateDegrees(random.Next(360), box.MidX, box.MidY);
            if (classIndex % 3 == 0)
                canvas.DrawOval(box, paint);
            else if (classIndex % 3 == 1)
                canvas.DrawRect(box, paint);
            else
                canvas.DrawRoundRect(SKRect.Create(box.Left, box.Top, box.Width * 2, 8), 4, 4, paint);
            canvas.Restore();
        }

        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Jpeg, 85);
        return data.ToArray();
    }

    /// <summary>Returns a photo as it would look from closer by candle light: dark, warm and soft.</summary>
    /// <param name="photo">A picture file.</param>
    /// <param name="seed">Names the variant.</param>
    public static byte[] InTheDark(byte[] photo, int seed)
    {
        var random = new Random(seed);
        using var bitmap = SKBitmap.Decode(photo);
        using var surface = SKSurface.Create(new SKImageInfo(Size, Size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var light = 0.35f + 0.2f * random.NextSingle();
        using var colours = SKColorFilter.CreateColorMatrix([
            1.25f * light,
            0,
            0,
            0,
            0.02f,
            0,
            light,
            0,
            0,
            0,
            0,
            0,
            0.6f * light,
            0,
            0,
            0,
            0,
            0,
            1,
            0,
        ]);
        using var soft = SKImageFilter.CreateBlur(1.5f + random.NextSingle(), 1.5f + random.NextSingle());
        using var paint = new SKPaint { ColorFilter = colours, ImageFilter = soft };
        var (width, height) = (bitmap.Width * 3 / 4, bitmap.Height * 3 / 4);
        var cut = SKRect.Create(random.Next(bitmap.Width - width + 1), random.Next(bitmap.Height - height + 1), width, height);
        using var source = SKImage.FromBitmap(bitmap);
        surface.Canvas.DrawImage(source, cut, SKRect.Create(Size, Size), new SKSamplingOptions(SKFilterMode.Linear), paint);
        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Jpeg, 85);
        return data.ToArray();
    }
}
