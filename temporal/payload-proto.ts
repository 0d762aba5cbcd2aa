import proto from '@temporalio/proto'

/** The package is CommonJS, so under ESM its names are on the default export. */
export const temporal = proto.temporal.api.common.v1
