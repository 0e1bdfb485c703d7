import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recognizeTrace, SAMPLE_COLUMNS } from '../../../lab/traces/trace-format.ts';
import { sampleCsv, sampleTrace } from '../../../lab/traces/sample-trace.ts';

function parse(header: string, line: string) {
  const format = recognizeTrace(header);
  if (!format) throw new Error('not recognized');
  return { name: format.name, row: format.parseRow(line) };
}

describe('recognizeTrace', () => {
  it('reads the Azure trace cut to seconds', () => {
    expect(parse('t_s,input_tokens,output_tokens', '4.315,396,109')).toEqual({
      name: 'azure 2023',
      row: { ok: true, record: { atMs: 4315, inputTokens: 396, outputTokens: 109 } },
    });
  });

  it.each([
    ['2023-11-16 18:15:46.6805900,374,44', '2023-11-16T18:15:46.680Z'],
    ['2024-05-10 00:00:00.009930+00:00,374,44', '2024-05-10T00:00:00.009Z'],
    ['2024-05-10 00:00:00,374,44', '2024-05-10T00:00:00.000Z'],
  ])('reads the Azure trace as published: %s', (line, instant) => {
    expect(parse('TIMESTAMP,ContextTokens,GeneratedTokens\r', `${line}\r`)).toEqual({
      name: 'azure public',
      row: {
        ok: true,
        record: { atMs: Date.parse(instant), inputTokens: 374, outputTokens: 44 },
      },
    });
  });

  it('reads Mooncake lines, whose first line is a row already', () => {
    const line = '{"timestamp":3000,"input_length":900,"output_length":5,"hash_ids":[0,7]}';
    expect(recognizeTrace(line)?.hasHeader).toBe(false);
    expect(parse(line, line)).toEqual({
      name: 'mooncake',
      row: {
        ok: true,
        record: {
          atMs: 3000,
          inputTokens: 900,
          outputTokens: 5,
          operation: 'conversation',
          prefixBlocks: [0, 7],
        },
      },
    });
  });

  it('reads aider and judge files by their columns, in any order', () => {
    expect(
      parse(
        'input_tokens,output_tokens,unix_s,user,model,weak_model,mode,cost_usd_recorded',
        '638,25,1723560043,1,gpt-4o-mini,,,0.0001107',
      ),
    ).toMatchObject({
      name: 'aider',
      row: {
        record: {
          atMs: 1723560043000,
          userId: 'developer-1',
          model: 'gpt-4o-mini',
          inputTokens: 638,
        },
      },
    });
    expect(
      parse(
        'judge,judged_model,session_id,input_tokens,output_tokens,score,judged_output_tokens',
        'gpt-4-turbo-2024-04-09,Llama,ae00,8304,226,4,94',
      ),
    ).toMatchObject({
      name: 'llm judge',
      row: { record: { operation: 'judge', model: 'gpt-4-turbo-2024-04-09', outputTokens: 226 } },
    });
  });

  it('reads back every row of a sample trace', () => {
    const rows = sampleTrace(300, 7);
    const [header = '', ...lines] = sampleCsv(rows).trimEnd().split('\n');
    const format = recognizeTrace(header);
    expect(format?.name).toBe('purser sample');
    expect(lines.map((line) => format?.parseRow(line))).toEqual(
      rows.map((record) => ({ ok: true, record })),
    );
  });

  it.each([
    '',
    'a,b,c',
    '{}',
    '{"input_length":3}',
    '[1]',
    '{broken',
    'input_tokens,output_tokens',
  ])('does not recognize %j', (line) => {
    expect(recognizeTrace(line)).toBeUndefined();
  });

  it.each([
    ['0.0,0,44', 'input tokens not positive'],
    ['0.0,-3,44', 'input tokens not positive'],
    ['0.0,NaN,44', 'input tokens not positive'],
    ['0.0,1.5,44', 'input tokens not positive'],
    ['0.0,1e99,44', 'input tokens not positive'],
    ['0.0,,44', 'input tokens not positive'],
    ['0.0,374,0', 'output tokens not positive'],
    ['0.0,374,', 'output tokens not positive'],
    ['0.0,374', 'columns missing'],
    ['', 'columns missing'],
  ])('skips %j: %s', (line, reason) => {
    expect(parse('t_s,input_tokens,output_tokens', line).row).toEqual({ ok: false, reason });
  });

  it('skips broken Mooncake lines with their reason', () => {
    const first = '{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[]}';
    expect(parse(first, '{"timestamp":').row).toEqual({ ok: false, reason: 'not valid JSON' });
    expect(parse(first, '{"input_length":0,"output_length":3}').row).toEqual({
      ok: false,
      reason: 'input tokens not positive',
    });
  });

  it('never throws and never lets a length through that Purser would refuse', () => {
    const headers = [
      't_s,input_tokens,output_tokens',
      'TIMESTAMP,ContextTokens,GeneratedTokens',
      '{"input_length":1,"output_length":1}',
      SAMPLE_COLUMNS.join(','),
    ];
    fc.assert(
      fc.property(fc.constantFrom(...headers), fc.string(), (header, line) => {
        const { row } = parse(header, line);
        if (!row.ok) return;
        expect(row.record.inputTokens).toBeGreaterThan(0);
        expect(Number.isInteger(row.record.outputTokens)).toBe(true);
      }),
    );
  });
});
