type GraphErrorType =
  | 'OAuthException'
  | 'GraphMethodException'
  | 'IGApiException'
  | 'FacebookApiException'
  | 'GraphBatchException'

export type GraphError = {
  code: number
  subcode?: number
  message: string
  type?: GraphErrorType
  title?: string
  userMessage?: string
  /** HTTP status, if it isn't the code's usual one. */
  status?: number
  /** The middle part of WWW-Authenticate in login and token errors. */
  challenge?: 'invalid_code' | 'invalid_token' | 'invalid_request'
}

/** Thrown if a call is refused. The endpoint converts it to Meta's error envelope. */
export class GraphRefusal extends Error {
  readonly error: GraphError
  constructor(error: GraphError) {
    super(error.message)
    this.error = error
  }
}

/** Thrown for features that Meta has and the sandbox doesn't. Answered with 501. */
export class NotSimulated extends Error {}

const refusal = (
  code: number,
  subcode: number | undefined,
  message: string,
  more: Partial<GraphError> = {},
): GraphRefusal => new GraphRefusal({ code, subcode, message, ...more })

/** Errors with the messages from fact sheet 5. */
export const refuse = {
  general: refusal,
  parameter: (message: string, subcode?: number) =>
    refusal(100, subcode, message.startsWith('(#') ? message : `(#100) ${message}`),
  missingObject: (id: string, method: string) =>
    refusal(
      100,
      33,
      `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
      { type: 'GraphMethodException' },
    ),
  token: (subcode: number | undefined, message: string) =>
    refusal(190, subcode, message, { challenge: 'invalid_token' }),
  pagePublishing: () =>
    refusal(
      200,
      undefined,
      '(#200) If posting to a group, requires app being installed in the group, and either publish_to_groups permission with user token, or both pages_read_engagement and pages_manage_posts permission with page token; If posting to a page, requires both pages_read_engagement and pages_manage_posts as an admin with sufficient administrative permission',
    ),
  permission: (scope: string) =>
    refusal(10, undefined, `(#10) This endpoint requires the '${scope}' permission`),
  pageToken: () =>
    refusal(210, undefined, '(#210) A page access token is required to request this resource.'),
  emptyPost: () =>
    refusal(197, undefined, '(#197) The post is empty. Please enter a message to share.'),
  duplicate: () =>
    refusal(506, 1455006, '(#506) Duplicate status message', {
      title: 'Duplicate Status Update',
      userMessage:
        'This status update is identical to the last one you posted. Try posting something different, or delete your previous update.',
    }),
  image: (subcode?: number) => refusal(324, subcode, '(#324) Missing or invalid image file'),
  mediaFetch: (url: string) =>
    refusal(9004, 2207052, 'Only photo or video can be accepted as media type.', {
      title: "Media download has failed. The media URI doesn't meet our requirements.",
      userMessage: `The media could not be fetched from this URI: ${url}`,
    }),
}
