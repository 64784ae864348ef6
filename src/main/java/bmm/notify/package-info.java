/**
 * Getting a message to a person: SMS, webhooks, e-mail, syslog. The only package that knows Twilio's and the mail
 * library's types; which message goes when is decided above.
 */
@NullMarked
package bmm.notify;

import org.jspecify.annotations.NullMarked;
