import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import {
  MCP_INSTRUCTIONS,
  MCP_SERVER,
  mcpRoutes as routes,
  mcpToolList,
} from '../../contracts/mcp.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { answerOfTool, type Exchange, isTool, type ToolDeps } from './tools.ts';

/** POST /mcp. Every request stands alone: there are no sessions, and every answer is JSON. */
export const createHandler = (deps: Edge & ToolDeps) =>
  createHttpHandler(deps, [
    endpoint(routes.callMcp, async ({ body, headers, call, requestId }) => {
      const server = serverFor(deps, { call, requestId });
      const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
      try {
        await server.connect(transport);
        const response = await transport.handleRequest(requestOf(headers), { parsedBody: body });
        const text = await response.text();
        if (response.status === 202) return { status: 202, text, contentType: 'text/plain' };
        const status = response.status === 200 ? 200 : 400;
        return { status, body: JSON.parse(text) };
      } finally {
        await server.close();
      }
    }),
  ]);

/** The transport judges the version only; the edge has read the rest. */
function requestOf(headers: Readonly<Record<string, string | undefined>>): Request {
  const version = headers['mcp-protocol-version'];
  return new Request('http://purser.invalid/mcp', {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      ...(version === undefined ? {} : { 'mcp-protocol-version': version }),
    },
  });
}

function serverFor(deps: Edge & ToolDeps, exchange: Exchange): Server {
  const server = new Server(MCP_SERVER, {
    capabilities: { tools: {} },
    instructions: MCP_INSTRUCTIONS,
    jsonSchemaValidator: NO_VALIDATOR,
  });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: mcpToolList() }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const { name, arguments: input = {} } = params;
    if (!isTool(name)) {
      throw new McpError(ErrorCode.InvalidParams, `There is no tool named ${name.slice(0, 100)}.`);
    }
    return answerOfTool(deps, exchange, name, input);
  });
  return server;
}

/** It would check answers of users to forms, which Purser never sends. */
const NO_VALIDATOR = {
  getValidator(): never {
    throw new Error('Purser asks no forms');
  },
};
