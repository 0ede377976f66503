#!/usr/bin/env bash
# Clones this checkout to $1, its history included, with the changes that are not committed yet.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
# It may belong to another user, such as the one that a forge runs jobs as.
git=(git -c safe.directory="$source" -c safe.directory="$source/.git" -C "$source")
"${git[@]}" clone --quiet --no-hardlinks "$source" "$1"
cd "$source"
{
  "${git[@]}" diff --name-only -z HEAD
  "${git[@]}" ls-files -z --others --exclude-standard
} | while IFS= read -r -d '' file; do
  if [ -e "$file" ] || [ -L "$file" ]; then cp --parents --no-dereference --preserve=mode "$file" "$1"; else rm -f "$1/$file"; fi
done
