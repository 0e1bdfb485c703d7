import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, paginateListTables } from '@aws-sdk/client-dynamodb';
import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetAccountCommand as GetMailAccountCommand,
  GetEmailIdentityCommand,
  SESv2Client,
} from '@aws-sdk/client-sesv2';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { requestLimits } from './request-limits.ts';

/** Where and for what to read an account. */
export type AccountQuestion = {
  region: string;
  /** Prefix of the environment's tables. */
  prefix: string;
  /** The stack that owns the tables. */
  dataStack: string;
  alertSender: string;
};

/**
 * Reads the limits and the state of the signed-in account. Changes nothing.
 * @throws the SDK's error if the account cannot be read
 */
export async function readAccountFacts(question: AccountQuestion) {
  const config = {
    region: question.region,
    maxAttempts: 3,
    requestHandler: requestLimits(10_000),
  };
  const stacks = new CloudFormationClient(config);
  const [identity, bootstrap, lambda, gateway, mail, isSenderVerified, data, tables] =
    await Promise.all([
      new STSClient(config).send(new GetCallerIdentityCommand({})),
      stackOf(stacks, 'CDKToolkit'),
      new LambdaClient(config).send(new GetAccountSettingsCommand({})),
      new APIGatewayClient(config).send(new GetAccountCommand({})),
      new SESv2Client(config).send(new GetMailAccountCommand({})),
      isVerified(new SESv2Client(config), question.alertSender),
      stackOf(stacks, question.dataStack),
      tablesOf(new DynamoDBClient(config), question.prefix),
    ]);
  const version = bootstrap?.Outputs?.find(({ OutputKey }) => OutputKey === 'BootstrapVersion');
  return {
    accountId: identity.Account ?? '',
    bootstrapVersion: version && Number(version.OutputValue),
    concurrency: {
      limit: lambda.AccountLimit?.ConcurrentExecutions ?? 0,
      unreserved: lambda.AccountLimit?.UnreservedConcurrentExecutions ?? 0,
    },
    gateway: {
      requestsPerSecond: gateway.throttleSettings?.rateLimit ?? 0,
      burst: gateway.throttleSettings?.burstLimit ?? 0,
      logRole: gateway.cloudwatchRoleArn,
    },
    mail: { isInSandbox: mail.ProductionAccessEnabled !== true, isSenderVerified },
    isDeployed: data !== undefined,
    strayTables: data === undefined ? tables : [],
  };
}

/** A stack that exists; `undefined` if CloudFormation knows none of this name. */
async function stackOf(client: CloudFormationClient, StackName: string) {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.find(({ StackStatus }) => StackStatus !== 'REVIEW_IN_PROGRESS');
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

/** Whether SES has verified an address, or the domain that it belongs to. */
async function isVerified(client: SESv2Client, address: string): Promise<boolean> {
  for (const EmailIdentity of [address, address.replace(/^.*@/, '')]) {
    try {
      const identity = await client.send(new GetEmailIdentityCommand({ EmailIdentity }));
      if (identity.VerifiedForSendingStatus) return true;
    } catch (error) {
      if (!(error instanceof Error && error.name === 'NotFoundException')) throw error;
    }
  }
  return false;
}

async function tablesOf(client: DynamoDBClient, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { TableNames = [] } of paginateListTables({ client }, {})) {
    names.push(...TableNames.filter((name) => name.startsWith(prefix)));
  }
  return names;
}
