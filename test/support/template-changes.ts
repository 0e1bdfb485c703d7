import type { AuditedChange } from './audited-changes.ts';
import type { Answer } from './http-event.ts';

type Send = (route: string, request?: object) => Promise<Answer>;

const templated = async (send: Send): Promise<string> =>
  (
    await send('PUT /v1/prompts/templates/{name}', {
      params: { name: 'greeting' },
      body: { prompt: 'Greet the guest.' },
    })
  ).text;

/** Changes of templates of prompts. */
export const TEMPLATE_CHANGES: readonly AuditedChange[] = [
  {
    operation: 'deletePromptTemplate',
    request: () => ({ params: { name: 'greeting' } }),
    action: 'prompt-template.delete',
    target: () => 'greeting',
    prepare: templated,
    inForce: 'gone',
    show: async (send) => String(!(await send('GET /v1/prompts/templates')).text.includes('Greet')),
  },
  {
    operation: 'deletePromptTemplateVersion',
    request: () => ({ params: { name: 'greeting', version: '1' } }),
    action: 'prompt-template.delete',
    target: () => 'greeting',
    prepare: templated,
    inForce: 'gone',
    show: async (send) => String(!(await send('GET /v1/prompts/templates')).text.includes('Greet')),
  },
];
