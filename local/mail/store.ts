export type Mail = {
  id: string
  receivedAt: string
  from: string
  to: string
  subject: string
  text: string
  html: string | undefined
}

export type MailStore = {
  list(limit?: number): Promise<Mail[]>
  find(id: string): Promise<Mail | undefined>
  source(id: string): string | undefined
}
