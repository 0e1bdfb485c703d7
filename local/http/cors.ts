import type { CorsConfiguration } from './http-api-definition.ts';
import type { HttpAnswer } from './http-response.ts';

/** Headers that an HTTP API with this configuration adds to its answers to `origin`. */
export function corsHeaders(
  cors: CorsConfiguration | undefined,
  origin: string | undefined,
): Record<string, string> {
  if (cors === undefined || origin === undefined) return {};
  const allowed = cors.AllowOrigins ?? [];
  const any = allowed.includes('*');
  if (!any && !allowed.some((entry) => originMatches(entry, origin))) return {};
  const credentials = String(cors.AllowCredentials) === 'true';
  return {
    'access-control-allow-origin': any && !credentials ? '*' : origin,
    ...(credentials && { 'access-control-allow-credentials': 'true' }),
    ...(cors.ExposeHeaders !== undefined && {
      'access-control-expose-headers': cors.ExposeHeaders.join(','),
    }),
  };
}

/** The answer to a browser's preflight request. */
export function preflightAnswer(cors: CorsConfiguration, origin: string | undefined): HttpAnswer {
  const headers = corsHeaders(cors, origin);
  if (Object.keys(headers).length === 0) return { statusCode: 204, headers, body: '' };
  if (cors.AllowMethods !== undefined) {
    headers['access-control-allow-methods'] = cors.AllowMethods.join(',');
  }
  if (cors.AllowHeaders !== undefined) {
    headers['access-control-allow-headers'] = cors.AllowHeaders.join(',');
  }
  if (cors.MaxAge !== undefined) headers['access-control-max-age'] = String(cors.MaxAge);
  return { statusCode: 204, headers, body: '' };
}

function originMatches(entry: string, origin: string): boolean {
  const star = entry.indexOf('*');
  if (star < 0) return entry === origin;
  return origin.startsWith(entry.slice(0, star)) && origin.endsWith(entry.slice(star + 1));
}
