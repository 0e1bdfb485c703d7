import type { AnswerTo, ExampleStep } from './example-requests.ts';

const ofJob = (operationId: string, request: object = {}): ExampleStep => ({
  operationId,
  request: (answerTo: AnswerTo) => ({
    ...request,
    params: { id: String(answerTo('createJob')['jobId']) },
  }),
});

/** A job from its submission to its end. */
export const JOB_STEPS: readonly ExampleStep[] = [
  {
    operationId: 'createJob',
    request: () => ({
      body: {
        request: {
          system: 'relaycore',
          userId: 'ada',
          departmentId: 'research',
          model: 'anthropic.claude-sonnet-4-6',
          prompt: 'Sum up the reports of this week.',
          maxOutputTokens: 800,
        },
        severity: 'low',
        deadline: '2026-12-04T06:30:00Z',
      },
    }),
  },
  { operationId: 'listJobs', request: () => ({ query: { userId: 'ada', limit: '1' } }) },
  ofJob('getJob'),
  ofJob('changeJob', { body: { severity: 'high' } }),
  ofJob('deleteJob'),
];
