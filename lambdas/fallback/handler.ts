import { ProblemError } from '../../contracts/problem.ts';
import { createHttpHandler, type Edge } from '../edge/http-handler.ts';

type Known = { method: string; path: string };

/** Answers every path that matches no route: 405 if another method exists, otherwise 404. */
export const createHandler = (deps: Edge & { routes: Known[] }) =>
  createHttpHandler(deps, [
    {
      routeKey: '$default',
      async run(event) {
        const methods = deps.routes
          .filter(({ path }) => matches(path, event.rawPath))
          .map(({ method }) => method);
        if (methods.length === 0) {
          throw new ProblemError('not-found', 'Nothing is at this path. See /openapi.json.');
        }
        const allow = methods.join(', ');
        throw new ProblemError('method-not-allowed', `This path supports ${allow}.`, {
          headers: { allow },
        });
      },
    },
  ]);

function matches(template: string, path: string): boolean {
  const segments = template.split('/');
  const steps = path.split('/');
  return (
    segments.length === steps.length &&
    segments.every((step, position) =>
      step.startsWith('{') ? steps[position] !== '' : step === steps[position],
    )
  );
}
