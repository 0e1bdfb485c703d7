/** The shares at which a quantile table gives values. */
export const TABLE_SHARES = [
  0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1,
] as const;

/** Values at `TABLE_SHARES`, in tokens. */
export type QuantileTable = readonly number[];

/**
 * One kind of request in a sample trace. The figures were measured on the public trace named in
 * `source`; docs/traces.md explains how, and which values were chosen instead.
 */
export type RouteProfile = {
  system: string;
  operation: string;
  model: string;
  source: string;
  /** Mean requests per second. */
  requestsPerSecond: number;
  /** Standard deviation over mean of the requests per minute. */
  minuteVariation: number;
  /** Share of prompts with two blocks or more that continue an earlier one. */
  continuingShare: number;
  /** Share of requests that repeat an earlier prompt exactly. */
  repeatingShare: number;
  input: QuantileTable;
  /** Output lengths, one table per equal share of the requests in order of input length. */
  output: readonly QuantileTable[];
};

export const ROUTE_PROFILES: readonly RouteProfile[] = [
  {
    system: 'relaycore',
    operation: 'chat',
    model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    source: 'Azure LLM inference trace 2023, conversation (Splitwise, ISCA 2024)',
    requestsPerSecond: 5.55,
    minuteVariation: 0.26,
    continuingShare: 0.42,
    repeatingShare: 0.0075,
    input: [2, 40, 181, 247, 390, 407, 972, 1035, 1081, 1140, 1317, 4075, 4086, 4122, 14050],
    output: [
      [7, 12, 16, 18, 60, 70, 81, 93, 123, 162, 179, 209, 217, 246, 1000],
      [10, 40, 62, 78, 86, 90, 94, 98, 104, 111, 129, 174, 403, 456, 739],
      [29, 51, 372, 377, 390, 395, 397, 403, 413, 420, 430, 476, 550, 651, 958],
      [26, 46, 95, 156, 368, 386, 396, 401, 410, 418, 429, 494, 568, 664, 1000],
      [15, 27, 31, 36, 43, 49, 56, 64, 75, 87, 106, 145, 181, 382, 918],
    ],
  },
  {
    system: 'relaycore',
    operation: 'code-completion',
    model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    source: 'Azure LLM inference trace 2023, code (Splitwise, ISCA 2024)',
    requestsPerSecond: 3.1,
    minuteVariation: 0.81,
    continuingShare: 0,
    repeatingShare: 0.0075,
    input: [6, 18, 74, 148, 375, 768, 1058, 1454, 1887, 2417, 3243, 5152, 7325, 7436, 7437],
    output: [[6, 6, 6, 7, 8, 9, 11, 13, 15, 19, 28, 54, 85, 248, 1899]],
  },
  {
    system: 'relaycore',
    operation: 'long-conversation',
    model: 'anthropic.claude-sonnet-4-6',
    source: 'Mooncake conversation trace (FAST 2025)',
    requestsPerSecond: 3.2,
    minuteVariation: 0.17,
    continuingShare: 0.42,
    repeatingShare: 0.0075,
    input: [
      891, 894, 901, 972, 1726, 3606, 5413, 7590, 10164, 13779, 18917, 28562, 41503, 91229, 123192,
    ],
    output: [[1, 3, 9, 24, 96, 216, 299, 356, 402, 452, 512, 609, 708, 1135, 2000]],
  },
  {
    system: 'automatrix',
    operation: 'workflow-step',
    model: 'anthropic.claude-sonnet-4-6',
    source: 'aider sample analytics (Aider-AI/aider)',
    requestsPerSecond: 1,
    minuteVariation: 0.26,
    continuingShare: 0.89,
    repeatingShare: 0,
    input: [
      63, 79, 107, 1303, 2576, 4505, 6241, 7883, 9935, 12179, 16791, 24731, 29879, 39444, 70141,
    ],
    output: [
      [2, 8, 9, 12, 25, 36, 53, 83, 118, 149, 221, 337, 424, 1189, 3376],
      [1, 13, 43, 70, 115, 152, 204, 259, 315, 393, 517, 767, 977, 1503, 4035],
      [3, 33, 87, 126, 174, 220, 268, 317, 380, 491, 633, 978, 1282, 2275, 3651],
      [4, 12, 36, 53, 126, 182, 244, 301, 373, 481, 634, 853, 1205, 2277, 5933],
      [1, 46, 94, 134, 210, 282, 349, 421, 503, 616, 812, 1112, 1553, 3534, 11180],
    ],
  },
  {
    system: 'neuroweaver',
    operation: 'judge',
    model: 'amazon.nova-pro-v1:0',
    source: 'WildBench GPT-4-turbo judge calls (AllenAI)',
    requestsPerSecond: 1,
    minuteVariation: 0.26,
    continuingShare: 0,
    repeatingShare: 0,
    input: [715, 838, 971, 1076, 1203, 1309, 1420, 1537, 1682, 1862, 2131, 2556, 2850, 4348, 10926],
    output: [
      [100, 133, 159, 174, 191, 201, 210, 218, 226, 235, 244, 258, 274, 298, 417],
      [93, 154, 180, 190, 203, 214, 221, 229, 237, 247, 257, 273, 286, 311, 349],
      [119, 159, 185, 195, 208, 217, 223, 230, 239, 248, 259, 275, 287, 317, 373],
      [135, 157, 183, 195, 211, 220, 228, 235, 242, 252, 263, 280, 291, 315, 391],
      [73, 146, 185, 196, 210, 219, 229, 237, 245, 254, 265, 282, 296, 325, 469],
    ],
  },
];

/**
 * Number of users and how unevenly they send requests: in ServeGen's large model, 5 clients send 62
 * % of requests.
 */
export const USERS = { count: 40, zipfExponent: 1.1 } as const;
export const DEPARTMENTS = ['operations', 'finance', 'support', 'research', 'marketing'] as const;

/** How much of a continuing prompt existed before: quantiles of the Mooncake conversations. */
export const SHARED_OF_CONTINUED = {
  shares: [0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 1],
  values: [0.05, 0.14, 0.28, 0.52, 0.81, 0.93, 0.97, 1],
} as const;

/** Tokens per prefix block, as in the Mooncake trace. */
export const BLOCK_TOKENS = 512;
