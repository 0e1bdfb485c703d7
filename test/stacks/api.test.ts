import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { GATEWAY_ROUTES } from '../../contracts/gateway.ts';
import { ROUTES } from '../../contracts/routes.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { configFor, ENVIRONMENTS, type PurserEnvironment } from '../../lib/config.ts';
import { type Resource, type Synthesized, synthesizeOnce, textOf } from './synthesized.ts';

let synthesized: Synthesized;
beforeAll(async () => {
  synthesized = await synthesizeOnce();
});

const routesOfFacts = (definitions: readonly FunctionDefinition[]) =>
  definitions.flatMap(({ name, routes, public: isPublic }) =>
    (routes ?? []).map(({ method, path }) => ({
      key: path === '$default' ? path : `${method} ${path}`,
      name,
      isPublic: isPublic === true,
    })),
  );
const ALL: readonly FunctionDefinition[] = FUNCTIONS;
/** Routes of the HTTP API. Those of functions that stream are the gateway's. */
const FACTS = routesOfFacts(ALL.filter(({ streams }) => !streams));

test('the facts of functions and the contracts name the same routes, public ones alike', () => {
  const served = routesOfFacts(ALL).filter(({ key }) => key !== '$default');
  const described = [
    ...Object.values(ROUTES).map(({ method, path, roles }) => ({
      key: `${method} ${path}`,
      isPublic: roles === 'public',
    })),
    // The gateway's function checks credentials.
    ...Object.values(GATEWAY_ROUTES).map(({ method, path }) => ({
      key: `${method} ${path}`,
      isPublic: true,
    })),
  ];
  expect(served.map(({ key, isPublic }) => ({ key, isPublic })).toSorted(byKey)).toEqual(
    described.toSorted(byKey),
  );
});

describe.each(ENVIRONMENTS)('%s', (environment) => {
  const config = configFor(environment);

  test('serves every route of the facts exactly once', () => {
    const keys = routesOf(environment).map(({ RouteKey }) => RouteKey);
    expect(keys.toSorted()).toEqual(FACTS.map(({ key }) => key).toSorted());
  });

  test.each(FACTS)('hands $key to the live alias of $name', ({ key, name, isPublic }) => {
    const route = routesOf(environment).find(({ RouteKey }) => RouteKey === key);
    const integration = synthesized
      .resources(environment, 'AWS::ApiGatewayV2::Integration')
      .find(({ logicalId }) => textOf(route?.Target) === `integrations/\${${logicalId}}`);
    expect(integration?.Properties).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
    const alias = aliasOf(environment, name);
    expect(integration?.Properties['IntegrationUri']).toEqual({ Ref: alias.logicalId });
    expect(route?.AuthorizationType).toBe(isPublic ? 'NONE' : 'CUSTOM');
  });

  test('may invoke each function that serves its routes, and no other', () => {
    const permissions = synthesized
      .resources(environment, 'AWS::Lambda::Permission')
      .map(({ Properties }) => Properties);
    for (const properties of permissions) {
      expect(properties).toMatchObject({
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
      });
    }
    const names = new Set(FACTS.map(({ name }) => name));
    // Also the authorizer and the gateway's function.
    expect(permissions).toHaveLength(names.size + 2);
    const fallback = FACTS.find(({ key }) => key === '$default')?.name ?? '';
    const ofRoutes = permissions.filter(({ SourceArn, FunctionName }) => {
      const isFallback = isDeepStrictEqual(FunctionName, {
        Ref: aliasOf(environment, fallback).logicalId,
      });
      return (
        textOf(SourceArn).replace(/^.*\$\{HttpApi\w+\}/, '') === (isFallback ? '/*/*' : '/*/*/*')
      );
    });
    const invoked = ofRoutes.map(({ FunctionName }) => JSON.stringify(FunctionName));
    const aliases = [...names].map((name) =>
      JSON.stringify({ Ref: aliasOf(environment, name).logicalId }),
    );
    expect(new Set(invoked)).toEqual(new Set(aliases));
  });

  test('asks the authorizer, and remembers its answer for a minute', () => {
    const authorizers = synthesized.resources(environment, 'AWS::ApiGatewayV2::Authorizer');
    expect(authorizers.map(({ Properties }) => Properties)).toMatchObject([
      {
        AuthorizerType: 'REQUEST',
        AuthorizerPayloadFormatVersion: '2.0',
        EnableSimpleResponses: true,
        IdentitySource: ['$request.header.Authorization'],
        AuthorizerResultTtlInSeconds: 60,
      },
    ]);
    expect(textOf(authorizers[0]?.Properties['AuthorizerUri'])).toContain(
      `\${${aliasOf(environment, 'authorizer').logicalId}}`,
    );
  });

  test('limits its callers and keeps an access log in JSON', () => {
    const [stage] = synthesized.resources(environment, 'AWS::ApiGatewayV2::Stage');
    expect(stage?.Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: {
        ThrottlingRateLimit: config.throttle.requestsPerSecond,
        ThrottlingBurstLimit: config.throttle.burst,
      },
    });
    const open = routesOf(environment)
      .filter(({ AuthorizationType }) => AuthorizationType === 'NONE')
      .map(({ RouteKey }) => RouteKey);
    expect(open.length).toBeGreaterThan(3);
    expect(stage?.Properties['RouteSettings']).toEqual(
      Object.fromEntries(
        open.map((key) => [key, { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 40 }]),
      ),
    );
    // Metrics by route cost 1.80 USD a month for each of them, and nothing reads them.
    expect(JSON.stringify(stage?.Properties)).not.toContain('"DetailedMetricsEnabled":true');
    const { Format } = accessLog.parse(stage?.Properties['AccessLogSettings']);
    expect(JSON.parse(Format)).toMatchObject({ status: '$context.status' });
    expect(Format).not.toMatch(/authorization"|header/i);
  });
});

const accessLog = z.object({ Format: z.string() });
const routeProperties = z.object({
  RouteKey: z.string(),
  Target: z.unknown(),
  AuthorizationType: z.string(),
});

const routesOf = (environment: PurserEnvironment) =>
  synthesized
    .resources(environment, 'AWS::ApiGatewayV2::Route')
    .map(({ Properties }) => routeProperties.parse(Properties));

/** The alias `live` of a function. */
function aliasOf(environment: PurserEnvironment, name: string): Resource {
  const lambda = synthesized
    .resources(environment, 'AWS::Lambda::Function')
    .find(({ Properties }) => Properties['FunctionName'] === configFor(environment).prefix + name);
  const alias = synthesized
    .resources(environment, 'AWS::Lambda::Alias')
    .find(({ Properties }) => textOf(Properties['FunctionName']) === `\${${lambda?.logicalId}}`);
  if (alias?.Properties['Name'] !== 'live') throw new Error(`${name} has no alias live`);
  return alias;
}

const byKey = (left: { key: string }, right: { key: string }): number =>
  left.key < right.key ? -1 : 1;
