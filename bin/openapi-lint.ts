import { createConfig, lintFromString } from '@redocly/openapi-core';
import spectralCore, { type RulesetDefinition } from '@stoplight/spectral-core';
import spectralRulesets from '@stoplight/spectral-rulesets';
import { openApiDocument } from '../contracts/openapi.ts';
import { commandLine, runCommand, UsageError } from './tools/command-line.ts';

const HELP = `Lints the OpenAPI document with the recommended rules of Redocly and Spectral.

  npm run openapi:lint

Prints every finding, warnings included. Exit code 1 when there is one.`;

/** Every finding of both linters, one line each. */
export async function openApiFindings(document: object): Promise<string[]> {
  return [...(await redoclyFindings(document)), ...(await spectralFindings(document))];
}

async function redoclyFindings(document: object): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({
    source: JSON.stringify(document),
    absoluteRef: 'openapi.json',
    config,
  });
  return problems.map(
    ({ ruleId, message, location: [place] }) =>
      `redocly ${ruleId} ${place?.pointer ?? ''}: ${message}`,
  );
}

async function spectralFindings(document: object): Promise<string[]> {
  const spectral = new spectralCore.Spectral();
  spectral.setRuleset({ extends: [spectralRulesets.oas as RulesetDefinition], rules: {} });
  const results = await spectral.run(JSON.stringify(document));
  return results.map(
    ({ code, message, path }) => `spectral ${code} #/${path.join('/')}: ${message}`,
  );
}

if (import.meta.main) {
  await runCommand(HELP, async (args) => {
    const { positionals } = commandLine(args, {});
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
    const findings = await openApiFindings(openApiDocument());
    for (const finding of findings) console.log(finding);
    console.log(`${findings.length} findings.`);
    return findings.length === 0 ? 0 : 1;
  });
}
