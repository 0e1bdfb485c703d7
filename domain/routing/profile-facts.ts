import type { Geography } from '../pricing/model-id.ts';

/** Prefixes of system inference profiles. */
export type ProfilePrefix = Exclude<Geography, 'in-region'> | 'global';

/** Where a row was found, and when. `isAssumed`: it does not state all that the row says. */
type Evidence = { source: string; readOn: string; isAssumed?: true };

/** Amazon Bedrock's user guide, "Supported Regions and models for inference profiles". */
const GUIDE: Evidence = {
  source: 'docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html',
  readOn: '2026-11-30',
};
/** AWS lists destinations by model. A policy that lacks one shows as AccessDenied. */
const POLICIES: Evidence = {
  source: 'public IAM policies that allow inference profiles',
  readOn: '2026-11-30',
  isAssumed: true,
};

export type ProfileFacts = Evidence & {
  /** Which regions may call it. */
  callers: RegExp;
  /**
   * Regions to which it sends requests; some models use fewer. `any`: every commercial region. Absent
   * if nobody knows them here: such a profile is neither called nor granted.
   */
  destinations?: readonly string[] | 'any';
};

/** The only statement of where a profile can be called and where it sends requests. */
export const PROFILES: Readonly<Record<ProfilePrefix, ProfileFacts>> = {
  us: {
    callers: /^(?:us-(?!gov-)|ca-)/,
    destinations: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'],
    ...POLICIES,
  },
  eu: {
    callers: /^eu-/,
    destinations: [
      'eu-central-1',
      'eu-north-1',
      'eu-south-1',
      'eu-south-2',
      'eu-west-1',
      'eu-west-3',
    ],
    ...POLICIES,
  },
  apac: {
    callers: /^ap-/,
    destinations: [
      'ap-northeast-1',
      'ap-northeast-2',
      'ap-northeast-3',
      'ap-south-1',
      'ap-south-2',
      'ap-southeast-1',
      'ap-southeast-2',
      'ap-southeast-4',
    ],
    ...POLICIES,
  },
  jp: {
    callers: /^ap-northeast-[13]$/,
    destinations: ['ap-northeast-1', 'ap-northeast-3'],
    ...POLICIES,
  },
  au: {
    callers: /^ap-southeast-[24]$/,
    destinations: ['ap-southeast-2', 'ap-southeast-4'],
    ...POLICIES,
  },
  in: { callers: /^ap-south-/, destinations: ['ap-south-1', 'ap-south-2'], ...POLICIES },
  global: { callers: /^(?!us-gov-)/, destinations: 'any', ...GUIDE },
  ca: { callers: /^ca-/, ...GUIDE, isAssumed: true },
  'us-gov': { callers: /^us-gov-/, ...GUIDE, isAssumed: true },
};

/** Models that are served on demand only through profiles. */
export type ProfiledModels = Evidence & {
  /** The beginning of their stems. */
  stem: RegExp;
  /** Their profiles, the geographies first. Empty: these are called by their bare id. */
  prefixes: readonly ProfilePrefix[];
};

/** By model; the first match counts. Models without a match are called by their bare id. */
export const PROFILED_MODELS: readonly ProfiledModels[] = [
  { stem: /^anthropic\.claude-(?:v2|instant|3-(?:haiku|sonnet|opus)$)/, prefixes: [], ...GUIDE },
  { stem: /^anthropic\.claude-3-[57]-/, prefixes: ['us', 'eu', 'apac'], ...GUIDE },
  { stem: /^anthropic\.claude-opus-4(?:-1)?$/, prefixes: ['us'], ...GUIDE },
  {
    stem: /^anthropic\.claude-sonnet-4$/,
    prefixes: ['us', 'eu', 'apac', 'global'],
    ...GUIDE,
  },
  // Newer models are assumed to have the profiles of their predecessors.
  {
    stem: /^anthropic\./,
    prefixes: ['us', 'eu', 'jp', 'au', 'global'],
    ...GUIDE,
    isAssumed: true,
  },
  { stem: /^amazon\.nova-premier/, prefixes: ['us'], ...GUIDE },
  { stem: /^amazon\.nova-2-lite/, prefixes: ['us', 'eu', 'jp', 'global'], ...GUIDE },
  { stem: /^amazon\.nova-(?:micro|lite|pro)$/, prefixes: ['us', 'eu', 'apac'], ...GUIDE },
  { stem: /^meta\.llama(?:3-[123]|4)-/, prefixes: ['us'], ...GUIDE },
  { stem: /^deepseek\.r1/, prefixes: ['us'], ...GUIDE },
  { stem: /^writer\.palmyra/, prefixes: ['us'], ...GUIDE },
  { stem: /^mistral\.pixtral/, prefixes: ['us', 'eu'], ...GUIDE },
];
