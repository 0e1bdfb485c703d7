import { healthRoutes as routes } from '../../contracts/health.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { DOCS_POLICY, docsPageOf, type Document } from './docs-page.ts';

const FOR_FIVE_MINUTES = { 'cache-control': 'public, max-age=300' };

/** GET /openapi.json and GET /docs: the document built from the contracts at build time. */
export const createHandler = (deps: Edge & { document: unknown }) => {
  const text = JSON.stringify(deps.document);
  let page: string | undefined;
  return createHttpHandler(deps, [
    endpoint(routes.getOpenApi, async () => ({
      status: 200,
      text,
      contentType: 'application/json',
      headers: FOR_FIVE_MINUTES,
    })),

    endpoint(routes.getDocs, async () => {
      page ??= docsPageOf(deps.document as Document);
      return {
        status: 200,
        text: page,
        contentType: 'text/html; charset=utf-8',
        headers: {
          ...FOR_FIVE_MINUTES,
          'content-security-policy': DOCS_POLICY,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        },
      };
    }),
  ]);
};
