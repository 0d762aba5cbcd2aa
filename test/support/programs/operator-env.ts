/** What production needs for its privacy policy: a fictional operator. */
export const operatorEnv = {
  OPERATOR_NAME: 'Northside Records GmbH',
  OPERATOR_ADDRESS: 'Limmatstrasse 1, 8005 Zurich, Switzerland',
  HOSTING_PROVIDER: 'Example Hosting AG, Switzerland',
  CONTACT_EMAIL: 'privacy@example.com',
}
