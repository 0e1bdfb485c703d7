/** A folder of data sets, plain or gzip. Reading is the command's; services see names and lines. */
export type DataFolder = {
  path: string;
  /** Names of the files in it. */
  files: readonly string[];
  /** The lines of a file, uncompressed. */
  lines: (file: string) => AsyncIterable<string>;
};

/** A file's name without the prefix `requests_` and its endings: `requests_a.csv.gz` is `a`. */
export const datasetOf = (file: string): string =>
  file.replace(/^requests_/, '').replace(/\.(?:csv|jsonl|json)(?:\.gz)?$/, '');

/** The file of a data set in a folder. */
export const fileOf = (folder: DataFolder, dataset: string): string | undefined =>
  folder.files.find((file) => datasetOf(file) === dataset);

/** A file of the folder does not hold what its name says. */
export class UnreadableDataError extends Error {
  override name = 'UnreadableDataError';
}
