import type { QueueSetting } from '../queues/definitions.ts';

/**
 * Settings that a function reads from its environment. CDK must provide each one that the function
 * lists.
 */
export type SettingName =
  | QueueSetting
  | 'PURSER_ENVIRONMENT'
  | 'PURSER_TABLE_PREFIX'
  | 'PURSER_RESERVATION_HOLD_SECONDS'
  | 'PURSER_RETENTION_DAYS'
  | 'PURSER_ENTRY_SHARDS'
  | 'PURSER_REQUESTS_PER_SECOND'
  | 'PURSER_ALERT_TOPIC_ARN'
  | 'PURSER_ALERT_SENDER'
  | 'PURSER_OPERATOR_ORGANIZATION'
  | 'PURSER_WARMTH'
  | 'PURSER_GATEWAY_REGIONS'
  | 'PURSER_GATEWAY_MODELS'
  | 'PURSER_MODEL_CALLER_ARN'
  | 'PURSER_PROVIDERS'
  | 'PURSER_EXPORT_BUCKET'
  | 'PURSER_AUTHORIZER_CACHE_SECONDS'
  | 'PURSER_JWT_ISSUER'
  | 'PURSER_JWT_AUDIENCE'
  | 'PURSER_JWKS_URL'
  | 'PURSER_JWT_DEPARTMENTS_CLAIM';
