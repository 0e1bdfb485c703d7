/** The objects that jobs read and write, as S3 keeps them. */
export type JobObjects = {
  hasBucket(name: string): boolean;
  /** Throws if there is none. */
  getObject(bucket: string, key: string): { body: Buffer };
  putObject(bucket: string, key: string, body: Buffer, contentType?: string): unknown;
  listObjects(
    bucket: string,
    options: { prefix: string; maxKeys: number },
  ): { objects: { key: string }[] };
};

/** What jobs need of the local run. */
export type JobPlace = {
  objects: () => JobObjects;
  /** The file that keeps jobs over a restart. */
  file?: string | undefined;
};

type Location = { bucket: string; key: string };

/** The parts of `s3://bucket/key`, or `undefined` if it is no such address. */
export function locationOf(uri: string): Location | undefined {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/s.exec(uri) ?? [];
  return bucket === undefined ? undefined : { bucket, key: key ?? '' };
}

/** Reads the object at an address, or the objects below it, by the last part of their names. */
export function readObjects(objects: JobObjects, uri: string): { name: string; text: string }[] {
  const location = locationOf(uri);
  if (location === undefined || !objects.hasBucket(location.bucket)) return [];
  const { bucket, key } = location;
  const listed = objects.listObjects(bucket, { prefix: key, maxKeys: Number.MAX_SAFE_INTEGER });
  const folder = key === '' || key.endsWith('/') ? key : `${key}/`;
  return listed.objects
    .filter((object) => object.key === key || object.key.startsWith(folder))
    .map((object) => ({
      name: object.key.slice(object.key.lastIndexOf('/') + 1),
      text: objects.getObject(bucket, object.key).body.toString('utf8'),
    }));
}

/** Writes a text below an address. */
export function writeObject(objects: JobObjects, uri: string, name: string, text: string): void {
  const location = locationOf(uri);
  if (location === undefined) throw new Error(`${uri} is no address of S3`);
  const { bucket, key } = location;
  const folder = key === '' || key.endsWith('/') ? key : `${key}/`;
  objects.putObject(bucket, `${folder}${name}`, Buffer.from(text), 'application/json');
}
