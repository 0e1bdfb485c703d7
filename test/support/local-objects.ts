import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { createReportBucket } from '../../aws/report-bucket.ts';
import { openInbox } from '../../local/messaging/inbox.ts';
import { MessageService } from '../../local/messaging/message-service.ts';
import { createBuckets } from '../../local/objects/buckets.ts';

/** The local run's bucket service with one empty report bucket. */
export async function startLocalObjects() {
  const directory = mkdtempSync(join(tmpdir(), 'purser-objects-'));
  const service = await MessageService.start({
    dataDirectory: directory,
    inbox: openInbox(directory),
    now: () => Date.now(),
    invoke: () => undefined,
  });
  createBuckets(service.objects, [{ name: 'reports', expirationDays: 7 }]);
  const bucket = createReportBucket('reports', localEndpoint(service.endpoint));
  return {
    bucket,
    /** Returns the text of a stored file, or `undefined` if the file does not exist. */
    async read(objectKey: string): Promise<string | undefined> {
      const answer = await fetch(await bucket.link(objectKey, 60));
      if (answer.status === 404) return undefined;
      return gunzipSync(Buffer.from(await answer.arrayBuffer())).toString();
    },
    async stop(): Promise<void> {
      await service.stop();
      rmSync(directory, { recursive: true });
    },
  };
}
