/** Models of the stand-in for Bedrock that tests call. A browser can load this. */
export const CLAUDE = 'anthropic.claude-sonnet-5';
export const GPT = 'openai.gpt-oss-20b-1:0';
