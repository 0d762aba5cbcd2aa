import type { GraphCall } from './call.ts'
import { NotSimulated } from './refusal.ts'

/**
 * Parameters by the call's name in the ledger: those that the sandbox supports, and others that
 * Meta supports according to the business SDK of v26.0. The others are answered with 501, so that
 * they aren't mistaken for accepted. Undocumented parameters are ignored, as at Meta, and the
 * ledger records them (`ignored`).
 */
const names: Record<string, { takes: string; notHere: string }> = {
  feed: {
    takes: 'message link attached_media published scheduled_publish_time',
    notHere: `
      actions album_id android_key_hash application_id asked_fun_fact_prompt_id asset3d_id
      associated_id attach_place_suggestion audience_exp backdated_time
      backdated_time_granularity breaking_news breaking_news_expiration call_to_action
      caption child_attachments client_mutation_id composer_entry_picker
      composer_entry_point composer_entry_time composer_session_events_log
      composer_session_id composer_source_surface composer_type connection_class
      content_attachment coordinates cta_link cta_type description direct_share_status
      enforce_link_ownership expanded_height expanded_width feed_targeting formatting
      fun_fact_prompt_id fun_fact_toastee_id height home_checkin_city_id image_crops
      implicit_with_tags instant_game_entry_point_data ios_bundle_id is_backout_draft
      is_boost_intended is_explicit_location is_explicit_share is_group_linking_post
      is_photo_container location_source_id manual_privacy multi_share_end_card
      multi_share_optimized name nectar_module object_attachment og_action_type_id
      og_hide_object_attachment og_icon_id og_object_id og_phrase og_set_profile_badge
      og_suggestion_mechanism page_recommendation picture place place_attachment_setting
      place_list place_list_data post_surfaces_blacklist posting_to_redspace privacy
      prompt_id prompt_tracking_string properties proxied_app_id publish_event_id quote
      ref referenceable_image_ids referral_id source sponsor_id sponsor_relationship
      suggested_place_id tags target_surface targeting text_format_metadata
      text_format_preset_id text_only_place thumbnail time_since_original_post title
      tracking_info unpublished_content_type user_selected_tags video_start_time_ms
      viewer_coordinates width`,
  },
  photos: {
    takes: 'url source caption message published temporary alt_text_custom',
    notHere: `
      aid allow_spherical_photo android_key_hash application_id attempt audience_exp
      backdated_time backdated_time_granularity composer_entry_point composer_session_id
      direct_share_status feed_targeting filter_type full_res_is_coming_later
      initial_view_heading_override_degrees initial_view_pitch_override_degrees
      initial_view_vertical_fov_override_degrees ios_bundle_id is_explicit_location
      is_explicit_place location_source_id manual_privacy name nectar_module no_story
      offline_id og_action_type_id og_icon_id og_object_id og_phrase og_set_profile_badge
      og_suggestion_mechanism parent_media_id place privacy profile_id proxied_app_id qn
      scheduled_publish_time spherical_metadata sponsor_id sponsor_relationship tags
      target_id targeting time_since_original_post uid unpublished_content_type
      user_selected_tags vault_image_id`,
  },
  videos: {
    takes:
      'file_url source description title published scheduled_publish_time thumb is_ai_generated upload_phase file_size upload_session_id start_offset video_file_chunk',
    notHere: `
      ad_breaks application_id asked_fun_fact_prompt_id audio_story_wave_animation_handle
      backdated_post call_to_action composer_entry_picker composer_entry_point
      composer_entry_time composer_session_events_log composer_session_id
      composer_source_surface composer_type container_type content_category content_tags
      creative_tools crossposted_video_id custom_labels direct_share_status
      edit_description_spec embeddable end_offset expiration fbuploader_video_file_chunk
      feed_targeting fisheye_video_cropped formatting fov front_z_rotation
      fun_fact_prompt_id fun_fact_toastee_id guide guide_enabled initial_heading
      initial_pitch instant_game_entry_point_data is_boost_intended is_explicit_share
      is_group_linking_post is_partnership_ad is_voice_clip location_source_id
      manual_privacy multilingual_data no_story og_action_type_id og_icon_id og_object_id
      og_phrase og_suggestion_mechanism original_fov original_projection_type
      partnership_ad_ad_code publish_event_id reference_only referenced_sticker_id
      replace_video_id secret selected_audio_spec slideshow_spec social_actions
      source_instagram_media_id specified_dialect spherical sponsor_id
      sponsor_relationship swap_mode targeting text_format_metadata
      time_since_original_post transcode_setting_properties universal_video_id
      unpublished_content_type upload_setting_properties video_asset_id video_id_original
      video_start_time_ms waterfall_id`,
  },
  video_reels: {
    takes: 'upload_phase video_id video_state description title is_ai_generated place',
    notHere: 'feed_targeting scheduled_publish_time targeting',
  },
  video_stories: {
    takes: 'upload_phase video_id is_ai_generated',
    notHere: `
      description feed_targeting place scheduled_publish_time targeting title video_state`,
  },
  photo_stories: {
    takes: 'photo_id',
    notHere: '',
  },
  thumbnails: {
    takes: 'source is_preferred',
    notHere: '',
  },
  collaborators: {
    takes: 'target_id',
    notHere: '',
  },
  comments: {
    takes: 'message',
    notHere: `
      ad_id attachment_id attachment_share_url attachment_url comment
      comment_privacy_value facepile_mentioned_ids feedback_source is_offline
      nectar_module object_id parent_comment_id post_id text tracking`,
  },
  'comments.list': {
    takes: '',
    notHere: 'filter live_filter order since',
  },
  'comment.edit': {
    takes: 'hide',
    notHere: 'ad_id attachment_id attachment_share_url attachment_url is_hidden message',
  },
  'comment.read': {
    takes: '',
    notHere: '',
  },
  'post.edit': {
    takes: 'message is_ai_generated',
    notHere: `
      attached_media backdated_time backdated_time_granularity composer_session_id
      direct_share_status explicitly_added_mentionee_ids feed_story_visibility
      is_explicit_location is_hidden is_pinned is_published og_action_type_id
      og_hide_object_attachment og_icon_id og_object_id og_phrase og_set_profile_badge
      og_suggestion_mechanism place privacy product_item scheduled_publish_time
      should_sync_product_edit source_type sponsor_id sponsor_relationship tags
      text_format_preset_id timeline_visibility tracking`,
  },
  'post.read': {
    takes: '',
    notHere: 'primary_fb_page_id primary_ig_user_id',
  },
  'page.read': {
    takes: '',
    notHere: 'account_linking_token',
  },
  'published_posts.list': {
    takes: 'since until',
    notHere: 'include_hidden show_expired with',
  },
  'posts.list': {
    takes: 'since until',
    notHere: 'include_hidden q show_expired with',
  },
  'feed.list': {
    takes: 'since until',
    notHere: 'include_hidden show_expired with',
  },
  'videos.list': {
    takes: 'since until',
    notHere: 'type',
  },
  'video_reels.list': {
    takes: 'since until',
    notHere: '',
  },
  'page.stories.list': {
    takes: 'status since until',
    notHere: '',
  },
  'page.insights': {
    takes: 'metric period since until breakdown',
    notHere: 'date_preset show_description_from_api_doc',
  },
  'post.insights': {
    takes: 'metric period',
    notHere: 'date_preset since until',
  },
  'video.insights': {
    takes: 'metric period',
    notHere: 'since until',
  },
  media: {
    takes:
      'media_type image_url video_url cover_url upload_type caption alt_text children is_carousel_item thumb_offset share_to_feed collaborators user_tags location_id is_ai_generated',
    notHere: `
      audio_configuration audio_name branded_content_sponsor_ids cross_post_to_threads
      is_comment_prompt_used is_paid_partnership is_poll_duration_extended poll_attachment
      product_tags show_ig_link title trial_params`,
  },
  media_publish: {
    takes: 'creation_id',
    notHere: '',
  },
  'media.edit': {
    takes: 'comment_enabled',
    notHere: 'status',
  },
  'media.read': {
    takes: '',
    notHere: `
      ad_account_id boostable_media_callsite business_id primary_fb_page_id
      primary_ig_user_id secondary_fb_page_id secondary_ig_user_id`,
  },
  'media.list': {
    takes: 'since until',
    notHere: '',
  },
  'account.read': {
    takes: '',
    notHere: 'adgroup_id',
  },
  'account.insights': {
    takes: 'metric metric_type period since until breakdown',
    notHere: 'timeframe',
  },
  'media.insights': {
    takes: 'metric period breakdown',
    notHere: '',
  },
  content_publishing_limit: {
    takes: 'since',
    notHere: '',
  },
  'me.accounts': {
    takes: '',
    notHere: 'ad_id is_place is_promotable',
  },
  'me.permissions': {
    takes: '',
    notHere: 'permission status',
  },
  'me.assigned_pages': {
    takes: '',
    notHere: 'pages',
  },
  'permissions.delete': {
    takes: '',
    notHere: 'permission',
  },
}

/** For every call: authentication, fields and paging. */
const everywhere = [
  'access_token',
  'appsecret_proof',
  'fields',
  'limit',
  'after',
  'before',
  'locale',
]

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean)
const known = new Map(
  Object.entries(names).map(([name, { takes, notHere }]) => [
    name,
    { takes: wordsOf(takes), notHere: wordsOf(notHere) },
  ]),
)

export const knownCalls: ReadonlyMap<string, { takes: string[]; notHere: string[] }> = known

/** @throws NotSimulated for a parameter that Meta supports and the sandbox doesn't */
export function checkParameters({ parameters, ledgerCall }: GraphCall, name: string): void {
  const call = known.get(name)
  if (!call) return
  const given = [...new Set(parameters.names().map((one) => one.replace(/\[.*$/, '')))]
  const unserved = given.find((one) => call.notHere.includes(one))
  if (unserved) throw new NotSimulated(`the parameter ${unserved} of ${name}`)
  const ignored = given.filter((one) => !call.takes.includes(one) && !everywhere.includes(one))
  if (ignored.length > 0) ledgerCall.facts.ignored = ignored.join(',')
}
