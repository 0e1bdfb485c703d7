import type { Job } from '../../domain/jobs/job.ts';

/** Keeps the texts of jobs: requests that wait, and answers. */
export type JobFiles = {
  put: (objectKey: string, json: string) => Promise<void>;
  /** Does nothing if there is no such object. */
  delete: (objectKey: string) => Promise<void>;
};
/** Reads them. */
export type JobReader = {
  /** `undefined` if there is no such object. */
  get: (objectKey: string) => Promise<string | undefined>;
};

type JobRef = Pick<Job, 'jobId'>;

export const requestFileOf = ({ jobId }: JobRef): string => `requests/${jobId}.json`;

export const resultFileOf = ({ jobId }: JobRef): string => `results/${jobId}.json`;
