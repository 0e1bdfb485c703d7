import type { LocalTemplate } from '../template/local-template.ts';

export type BucketDefinition = {
  name: string;
  /** Days after which objects expire; `Infinity` without a rule for the whole bucket. */
  expirationDays: number;
};

type BucketProperties = {
  LifecycleConfiguration?: {
    Rules?: readonly {
      Status?: string;
      Prefix?: string;
      ExpirationInDays?: number | string;
    }[];
  };
};

/** Reads the buckets of a template. Uses only lifecycle rules without a prefix. */
export function readBuckets(template: LocalTemplate): BucketDefinition[] {
  return template.ofType<BucketProperties>('AWS::S3::Bucket').map(({ name, properties }) => {
    const days = (properties.LifecycleConfiguration?.Rules ?? [])
      .filter(({ Status, Prefix }) => Status === 'Enabled' && !Prefix)
      .map(({ ExpirationInDays }) => Number(ExpirationInDays ?? Number.POSITIVE_INFINITY));
    return { name: name.toLowerCase(), expirationDays: Math.min(...days) };
  });
}
