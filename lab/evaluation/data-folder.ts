/**
 * A folder of data sets, plain or gzip. The command reads files; services see only names and lines.
 */
export type DataFolder = {
  path: string;
  /** Names of the files in it. */
  files: readonly string[];
  /** The lines of a file, uncompressed. */
  lines: (file: string) => AsyncIterable<string>;
};

/** A file's name without the prefix `requests_` and its extensions: `requests_a.csv.gz` is `a`. */
export const datasetOf = (file: string): string =>
  file.replace(/^requests_/, '').replace(/\.(?:csv|jsonl|json)(?:\.gz)?$/, '');

/** A data set's file in a folder. */
export const fileOf = (folder: DataFolder, dataset: string): string | undefined =>
  folder.files.find((file) => datasetOf(file) === dataset);

/**
 * A data set's file in a folder.
 * @throws UnreadableDataError if the folder has no such file
 */
export function ownFileOf(folder: DataFolder, dataset: string): string {
  const file = fileOf(folder, dataset);
  if (file === undefined) throw new UnreadableDataError(`${folder.path} has no ${dataset}`);
  return file;
}

/** A file's content does not match its name. */
export class UnreadableDataError extends Error {
  override name = 'UnreadableDataError';
}
