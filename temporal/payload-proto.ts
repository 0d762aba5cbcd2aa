import proto from '@temporalio/proto'

/** The package is CommonJS: under ESM its names hang on the default export. */
export const temporal = proto.temporal.api.common.v1
