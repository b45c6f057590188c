"""Forms of sign-in and account."""

from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, Length

from app.infra.forms import Form, clean_line

ANY_PASSWORD = Length(max=1000, message="This is longer than any password here.")
ANY_CODE = Length(max=100, message="This is longer than any code.")
CODE_KEYBOARD = {"autocomplete": "one-time-code", "inputmode": "numeric"}


def clean_code(text: str | None) -> str:
    """Return a code without what no code holds and a form cannot show again: control characters."""
    return "".join(letter for letter in clean_line(text) if letter.isprintable())


class SignInForm(Form):
    """E-mail address and password; where to go afterwards; what was typed before the session ran out."""

    email = StringField(
        "E-mail",
        validators=[DataRequired("Enter your e-mail address."), Length(max=254, message="This is no e-mail address.")],
        render_kw={"autocomplete": "username", "type": "email", "inputmode": "email"},
    )
    password = PasswordField(
        "Password",
        validators=[DataRequired("Enter your password."), ANY_PASSWORD],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()
    carried = HiddenField()


class CodeForm(Form):
    """A code of the authenticator app; where to go afterwards, and what was typed before."""

    one_time_code = StringField(
        "Code from your app",
        description="Six digits; a new code comes every 30 seconds.",
        validators=[DataRequired("Enter the six digits that your app shows."), ANY_CODE],
        filters=[clean_code],
        render_kw=CODE_KEYBOARD,
    )
    next = HiddenField()
    carried = HiddenField()


class RecoveryForm(Form):
    """A recovery code in place of the app's."""

    recovery_code = StringField(
        "Recovery code",
        description="One of the ten codes that you kept, such as kd7f-3mqp-x9ra. Each works once.",
        validators=[DataRequired("Enter one of your recovery codes."), ANY_CODE],
        filters=[clean_code],
        render_kw={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"},
    )
    next = HiddenField()
    carried = HiddenField()


class ProofForm(Form):
    """The password once more, and the code where a second factor is set up."""

    password = PasswordField(
        "Password",
        validators=[DataRequired("Enter your password."), ANY_PASSWORD],
        render_kw={"autocomplete": "current-password"},
    )
    one_time_code = StringField(
        "Code from your app",
        description="Six digits; a new code comes every 30 seconds.",
        validators=[ANY_CODE],
        filters=[clean_code],
        render_kw=CODE_KEYBOARD,
    )
    next = HiddenField()
    carried = HiddenField()


class PasswordForm(Form):
    """The present password, and a new one twice."""

    old_password = PasswordField(
        "Present password",
        validators=[DataRequired("Enter your present password."), ANY_PASSWORD],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        "New password",
        description="At least 12 characters. A few unrelated words are better than one odd one.",
        validators=[DataRequired("Enter a new password."), ANY_PASSWORD],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password, once more",
        validators=[EqualTo("password", message="The two new passwords differ; type the same one twice.")],
        render_kw={"autocomplete": "new-password"},
    )
