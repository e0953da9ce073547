#!/bin/sh
# Renders every drawing to a JPEG beside this script. Debian packages: librsvg2-bin, imagemagick.
set -eu
cd "$(dirname "$0")"
for drawing in drawings/*.svg; do
  name=$(basename "$drawing" .svg)
  rsvg-convert --width 800 --height 600 "$drawing" | convert png:- -quality 85 -strip "$name.jpg"
  echo "$name.jpg"
done
