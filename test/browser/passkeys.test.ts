import { Secret, TOTP } from 'otpauth'
import type { Browser, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Person, password, type TestApp } from '../support/app.ts'
import { shoot } from '../support/browser/browser.ts'
import { signInAs, startStage } from '../support/browser/stage.ts'

let app: TestApp
let url: string
let browser: Browser
beforeAll(async () => {
  ;({ app, url, browser } = await startStage())
}, 60_000)

/** A browser with its own device that verifies the user. */
const withDevice = async (person?: Person): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const cdp = await context.newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  if (person) {
    await signInAs(context, person)
  }
  return page
}

describe('a passkey in a real browser', () => {
  test('is added, signs in without a password, confirms, and stops working when it is removed', async () => {
    const person = await app.addPerson('Paula Passkey')
    const page = await withDevice(person)
    await page.goto(`${url}/account/security/passkeys/new`)
    await page.getByLabel('Name, such as').fill('Work laptop')
    await page.getByRole('button', { name: 'Add passkey' }).click()
    await page.getByText('Save your new recovery codes').waitFor()
    expect(await page.locator('.codes code').count()).toBe(10)
    await shoot(page, 'security-codes')
    await page.getByRole('link', { name: 'I’ve saved them' }).click()
    await page.getByText('Work laptop').first().waitFor()
    await shoot(page, 'security')

    await page.context().clearCookies()
    await page.goto(`${url}/sign-in?next=/account/security`)
    await shoot(page, 'sign-in')
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL('**/account/security')
    await page.getByText('last used').first().waitFor()

    await app.sql`update sessions set confirmed_at = now() - interval '1 hour', second_factor_at = now() - interval '1 hour'`
    await page.goto(`${url}/account/security/authenticator`)
    await page.getByRole('button', { name: 'Confirm with a passkey' }).click()
    await page.getByText('Scan this code').waitFor()
    await shoot(page, 'security-authenticator')

    // The password alone is no longer enough.
    const withPassword = await app
      .browser('198.51.100.80')
      .post('/sign-in', { email: person.email, password })
    expect(withPassword.location).toBe('/sign-in/code?next=%2F')

    await page.goto(`${url}/account/security`)
    await page.getByRole('button', { name: 'Remove Work laptop' }).click()
    await page.locator('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Passkey removed').waitFor()
    await page.context().clearCookies()
    await page.goto(`${url}/sign-in`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByText('couldn’t be used').first().waitFor()
  }, 90_000)

  test('a response works only once, and an invalid one is refused', async () => {
    const person = await app.addPerson('Rolf Replays')
    const page = await withDevice(person)
    await page.goto(`${url}/account/security/passkeys/new`)
    await page.getByLabel('Name, such as').fill('Phone')
    await page.getByRole('button', { name: 'Add passkey' }).click()
    await page.getByText('Save your new recovery codes').waitFor()
    await page.context().clearCookies()
    await page.goto(`${url}/sign-in`)
    const answered = page.waitForResponse((response) => response.url() === `${url}/sign-in/passkey`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    const first = await answered
    expect(first.status()).toBe(303)
    const form = new URLSearchParams(first.request().postData() ?? '')
    const answer = form.get('answer') ?? ''
    expect(JSON.parse(answer).response.clientDataJSON).toBeTruthy()
    const again = await app.browser('198.51.100.81').post('/sign-in/passkey', { answer, next: '/' })
    expect(again.status).toBe(422)
    for (const garbage of [
      '',
      '{}',
      '[]',
      'null',
      '{"id":"x","response":{"clientDataJSON":"!"}}',
      'x'.repeat(30_000),
    ])
      expect(
        (await app.browser('198.51.100.82').post('/sign-in/passkey', { answer: garbage })).status,
      ).toBe(422)
  }, 90_000)
})

describe('an authenticator app in a real browser', () => {
  test('is set up, signs in with its code, can be replaced once by a recovery code, and is off after an admin resets it', async () => {
    const { manager, admin } = app.cast
    await app.sql`update sessions set confirmed_at = now()`
    const page = await withDevice(manager)
    await page.goto(`${url}/account/security/authenticator`)
    const key = (await page.locator('.setup-key').textContent()) ?? ''
    const totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) })
    // A code works once, so each one is taken from the next half minute.
    const nextCode = () => {
      app.clock.moveBy(30_000)
      return totp.generate({ timestamp: app.deps.now() })
    }
    await page
      .getByLabel('Enter the six digits')
      .pressSequentially(totp.generate({ timestamp: app.deps.now() }))
    await page.getByText('Save your new recovery codes').waitFor()
    expect(await page.getByRole('button', { name: 'Print' }).isVisible()).toBe(true)
    expect(await page.getByRole('button', { name: 'Copy' }).isVisible()).toBe(true)
    const [recovery = ''] = await page.locator('.codes code').allTextContents()

    const enterPassword = async () => {
      await page.context().clearCookies()
      await page.goto(`${url}/sign-in?next=/account/security`)
      await page.getByLabel('Email address').fill(manager.email)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Show what you type' }).click()
      expect(await page.getByLabel('Password').getAttribute('type')).toBe('text')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    }
    await enterPassword()
    const code = page.getByLabel('Code', { exact: true })
    await code.waitFor()
    expect(await page.locator('input[autocomplete="one-time-code"]').count()).toBe(1)
    expect(await page.locator('.code-boxes > i').count()).toBe(6)
    await shoot(page, 'sign-in-code')
    // Pasted with a space, as apps show it; it is sent when it is complete.
    const typed = nextCode()
    await code.evaluate(
      (field, text) => {
        Object.assign(field, { value: text })
        field.dispatchEvent(new Event('input', { bubbles: true }))
      },
      `${typed.slice(0, 3)} ${typed.slice(3)}`,
    )
    await page.waitForURL('**/account/security')

    await enterPassword()
    await page.getByRole('link', { name: 'Use a recovery code' }).click()
    await page.getByLabel('Recovery code').fill(recovery)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.waitForURL('**/account/security')
    await page.getByText('9 of 10 left').waitFor()

    const admins = await withDevice(admin)
    await admins.goto(`${url}/w/northside/people`)
    await admins.getByRole('button', { name: `Reset two-step sign-in of ${manager.name}` }).click()
    await admins.locator('dialog').getByRole('button', { name: 'Reset' }).click()
    await admins.getByText('Two-step sign-in reset').waitFor()
    await enterPassword()
    await page.waitForURL('**/account/security')
    await page.getByText('Off. Your password alone').waitFor()
  }, 90_000)
})

describe('sign-in pages', () => {
  test('have one filled button: the passkey if the browser supports it, the password after a wrong one or without scripts', async () => {
    const filled = (page: Page) => page.locator('.primary:visible').allTextContents()
    const page = await withDevice()
    await page.goto(`${url}/sign-in`)
    expect((await filled(page)).map((words) => words.trim())).toEqual(['Sign in with a passkey'])
    await page.getByLabel('Email address').fill('nobody@example.com')
    await page.getByLabel('Password').fill('not the password at all')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('alert').first().waitFor()
    expect(await filled(page)).toEqual(['Sign in'])
    expect(await page.getByLabel('Email address').inputValue()).toBe('nobody@example.com')
    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
    await plain.goto(`${url}/sign-in`)
    expect(await filled(plain)).toEqual(['Sign in'])
    expect(await plain.getByRole('button', { name: 'Show what you type' }).count()).toBe(0)
  }, 60_000)
})
