import type { Template } from '../../local/template/assembly.ts';
import { resolveTemplate } from '../../local/template/local-template.ts';

/** Streams as its path says. Notes in files what nobody can see from outside. */
export const STREAMING_CODE = `
import { appendFileSync, existsSync } from 'node:fs';
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const { way } = event.pathParameters;
  const note = (text) => appendFileSync(process.env.NOTES + '/' + way.replaceAll('%', '-'), text);
  if (way === 'fails') throw new Error('before the head');
  if (way === 'headless') return void stream.end('no head');
  if (way === 'silent') await pause(1_000);
  const answer = awslambda.HttpResponseStream.from(stream, {
    statusCode: 201,
    headers: { 'Content-Type': 'text/event-stream', 'WWW-Authenticate': 'Bearer', 'x-one': '1' },
    multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
  });
  answer.write('');
  if (way === 'breaks') {
    answer.write('half');
    await pause(20);
    throw new Error('after the head');
  }
  if (way === 'paced') {
    for (const part of ['one', 'two', 'three']) {
      answer.write(part);
      while (!existsSync(process.env.NOTES + '/got-' + part)) await pause(2);
    }
  } else if (way === 'large') {
    for (let at = 0; at < 400; at += 1) {
      if (!answer.write('x'.repeat(50_000))) await new Promise((resolve) => answer.once('drain', resolve));
      note('.');
    }
  } else if (way.startsWith('drained')) {
    for (let at = 0; at < 50; at += 1) {
      if (!answer.write('x'.repeat(10_000)) && !answer.destroyed) {
        await new Promise((resolve) => answer.once('drain', resolve).once('close', resolve));
      }
      await pause(2);
    }
    note(answer.destroyed ? 'settled without its reader' : 'settled');
  } else answer.write(JSON.stringify(event));
  answer.end();
});
`;

/** The template of a REST API with one function that streams. */
export function streamingTemplate() {
  const refusal = (ResponseType: string, StatusCode?: string) => ({
    Type: 'AWS::ApiGateway::GatewayResponse',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResponseType,
      ...(StatusCode !== undefined && { StatusCode }),
      ResponseParameters: { 'gatewayresponse.header.x-should-retry': "'false'" },
      ResponseTemplates: {
        'application/json':
          '{"error":{"code":"$context.error.responseType"},"id":"$context.requestId"}',
      },
    },
  });
  const resource = (PathPart: string, ParentId: unknown) => ({
    Type: 'AWS::ApiGateway::Resource',
    Properties: { RestApiId: { Ref: 'Api' }, PathPart, ParentId },
  });
  const method = (HttpMethod: string, ResourceId: string, Integration: object) => ({
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      HttpMethod,
      ResourceId: { Ref: ResourceId },
      Integration,
    },
  });
  const streams = {
    Type: 'AWS_PROXY',
    Uri: 'arn:aws:apigateway:us-east-1:lambda:path/2021-11-15/functions/arn:aws:lambda:us-east-1:000000000000:function:streaming:live/response-streaming-invocations',
    ResponseTransferMode: 'STREAM',
    TimeoutInMillis: 900_000,
  };
  const mock = {
    Type: 'MOCK',
    IntegrationResponses: [
      {
        StatusCode: '204',
        ResponseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'*'" },
      },
    ],
  };
  const stack: Template = {
    Resources: {
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'streaming-api' } },
      Own: resource('own', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }),
      Way: resource('{way}', { Ref: 'Own' }),
      Post: method('POST', 'Way', streams),
      Options: method('OPTIONS', 'Way', mock),
      Stage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: { RestApiId: { Ref: 'Api' }, StageName: 'live' },
      },
      Unknown: refusal('MISSING_AUTHENTICATION_TOKEN', '404'),
      Failure: refusal('DEFAULT_5XX'),
    },
  };
  const addresses = { queueBaseUrl: 'http://127.0.0.1:1', apiUrl: 'http://127.0.0.1:2' };
  return resolveTemplate([{ name: 'Gateway', template: stack, assets: new Map() }], addresses);
}
