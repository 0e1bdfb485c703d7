import { type PurserConfig, warmTotal } from '../config.ts';

/** What an AWS account says about itself in the region of a deployment. */
export type AccountFacts = {
  accountId: string;
  /** The version of CDK's bootstrap stack; `undefined` before `cdk bootstrap`. */
  bootstrapVersion: number | undefined;
  /** Lambda's limit on simultaneous executions, and the part that no function has reserved. */
  concurrency: { limit: number; unreserved: number };
  /** API Gateway's limits for the whole account. */
  gateway: {
    requestsPerSecond: number;
    burst: number;
    /** The role with which REST APIs write their access logs, if the account has one. */
    logRole: string | undefined;
  };
  mail: { isInSandbox: boolean; isSenderVerified: boolean };
  /** Whether the environment's tables have a stack. */
  isDeployed: boolean;
  /** Tables with the environment's names that no stack owns. */
  strayTables: readonly string[];
};

export type AccountCheck = {
  state: 'ok' | 'warning' | 'fault';
  /** What was found. */
  finding: string;
  /** What to do about it, unless it is fine. */
  remedy?: string;
};

/** The first bootstrap version whose roles can deploy this application. */
const LEAST_BOOTSTRAP = 6;
/** Lambda keeps this much unreserved in every account that has as much. */
const KEPT_UNRESERVED = 100;
/** Below this, bursts of an ordinary test are rejected. */
const COMFORTABLE_CONCURRENCY = 100;

/** Compares an account with what an environment needs. A fault would break the deployment. */
export const accountChecks = (config: PurserConfig, facts: AccountFacts): AccountCheck[] => [
  bootstrapCheck(config, facts),
  warmthCheck(config, facts),
  concurrencyCheck(facts),
  gatewayCheck(config, facts),
  logRoleCheck(config, facts),
  mailCheck(config, facts),
  tablesCheck(facts),
];

function bootstrapCheck({ region }: PurserConfig, facts: AccountFacts): AccountCheck {
  const { accountId, bootstrapVersion } = facts;
  if (bootstrapVersion !== undefined && bootstrapVersion >= LEAST_BOOTSTRAP) {
    return { state: 'ok', finding: `CDK is bootstrapped (version ${bootstrapVersion}).` };
  }
  return {
    state: 'fault',
    finding: `CDK is not bootstrapped in ${region}, or with a version before ${LEAST_BOOTSTRAP}.`,
    remedy: `Run npx cdk bootstrap aws://${accountId}/${region} once.`,
  };
}

function warmthCheck(config: PurserConfig, { concurrency }: AccountFacts): AccountCheck {
  const warm = warmTotal(config);
  if (warm === 0) return { state: 'ok', finding: 'No environments stay warm.' };
  const { limit, unreserved } = concurrency;
  const left = unreserved - warm;
  if (left >= Math.min(KEPT_UNRESERVED, limit)) {
    return { state: 'ok', finding: `${warm} environments stay warm; Lambda allows ${limit}.` };
  }
  return {
    state: 'fault',
    finding: `${warm} environments should stay warm, but Lambda has ${unreserved} of ${limit} left and keeps ${Math.min(KEPT_UNRESERVED, limit)} unreserved.`,
    remedy:
      'Request more concurrent executions (Service Quotas, Lambda, L-B99A9384), or deploy with -c warm=0.',
  };
}

const concurrencyCheck = ({ concurrency: { limit } }: AccountFacts): AccountCheck =>
  limit >= COMFORTABLE_CONCURRENCY
    ? { state: 'ok', finding: `Lambda runs up to ${limit} functions at once.` }
    : {
        state: 'warning',
        finding: `Lambda runs only ${limit} functions at once in this account, so bursts get 503.`,
        remedy: 'Request 1,000 (Service Quotas, Lambda, L-B99A9384). New accounts start with 10.',
      };

function gatewayCheck({ throttle, environment }: PurserConfig, facts: AccountFacts): AccountCheck {
  const { requestsPerSecond, burst } = facts.gateway;
  if (throttle.requestsPerSecond <= requestsPerSecond && throttle.burst <= burst) {
    return {
      state: 'ok',
      finding: `API Gateway allows ${requestsPerSecond} requests/s and bursts of ${burst}.`,
    };
  }
  return {
    state: 'fault',
    finding: `throttle asks for ${throttle.requestsPerSecond} requests/s and bursts of ${throttle.burst}; the account allows ${requestsPerSecond} and ${burst}.`,
    remedy: `Lower throttle in environments/${environment}.json, or request a higher quota.`,
  };
}

/** Set for the account and region, not by a stack, which would change it for other applications. */
const logRoleCheck = ({ region }: PurserConfig, { gateway }: AccountFacts): AccountCheck =>
  gateway.logRole === undefined
    ? {
        state: 'fault',
        finding: `API Gateway has no role in ${region} to write the access log of the gateway.`,
        remedy:
          'Create a role that apigateway.amazonaws.com may assume, with the policy AmazonAPIGatewayPushToCloudWatchLogs, and run aws apigateway update-account --patch-operations op=replace,path=/cloudwatchRoleArn,value=ARN once.',
      }
    : { state: 'ok', finding: 'API Gateway has a role to write access logs.' };

function mailCheck(config: PurserConfig, { mail }: AccountFacts): AccountCheck {
  const { alertSender, createAlertSender, environment } = config;
  if (!mail.isSenderVerified && !createAlertSender) {
    return {
      state: 'warning',
      finding: `SES has not verified ${alertSender}, so alerts reach only the SNS topic.`,
      remedy: `Verify it in SES, or set createAlertSender in environments/${environment}.json.`,
    };
  }
  if (mail.isInSandbox) {
    return {
      state: 'warning',
      finding: 'SES is in its sandbox: it sends mail to verified addresses only.',
      remedy: 'Request production access in SES before people depend on alerts.',
    };
  }
  return { state: 'ok', finding: `SES sends mail from ${alertSender}.` };
}

function tablesCheck({ isDeployed, strayTables }: AccountFacts): AccountCheck {
  if (isDeployed || strayTables.length === 0) {
    return { state: 'ok', finding: isDeployed ? 'This is an update.' : 'The names are free.' };
  }
  return {
    state: 'fault',
    finding: `${strayTables.length} tables with these names remain from an earlier deployment, such as ${strayTables[0]}.`,
    remedy: 'Import them into the stack (npx cdk import), or delete them if you do not need them.',
  };
}
