### Signing in, rights, enterprises and their people.

same_password = The new password is the current one. Please choose another.
enterprise_pending = Please decide about the enterprise first, then about who asks to join it.
enterprise_refused = This enterprise was refused: nobody can be let into it any more.
joined_later = They belonged to the enterprise before you, so you cannot end their membership. A colleague who was there earlier or the office can.
already_decided = This has been decided already. Please reload the page.
    .enterprise = This registration has been decided already. Please reload the page.
not_oneself = You cannot decide about your own account. A colleague or the office can.
name_not_allowed =
    .person = Please give just a name: letters, spaces, hyphens, apostrophes, middle dots and brackets; no digits, web addresses or anything else.
    .enterprise = Please give just the name on the business licence: letters, digits, spaces, brackets, · - and &; no web addresses, telephone numbers or anything else.
bad_login = A login has 3 to 32 characters: letters a to z, digits, dots, dashes and underscores.
wrong_length = Please write { $least } to { $most } characters.
wrong_character = There is a character in it that cannot be shown. Please type it again.
bad_password =
    .short = A password has at least { $shortest } characters, this has { $length }. A few unrelated words in a row are easy to remember and hard to guess.
    .long = A password has at most { $longest } characters, this has { $length }.
    .invisible = There is an invisible control character in the password. Please type it or paste it again.
    .repeats = The password only repeats a few characters, which is guessed easily. Please choose another one.
    .about_you = The password is too much like your login, name, e-mail or enterprise. Please choose another one.
    .common = The password is made of common words, runs of digits or neighbouring keys, or years, which are guessed first. Please take a few unrelated words instead.
too_many_joining = Joining this enterprise cannot be asked for right now. Please ask your colleagues and open the link in the mail again later, or call the duty phone { $phone }.
login_taken = This login is taken. Please choose another one.
unknown_link = This link no longer works: it lasts 24 hours. Please register again, or sign in if you have finished registering.
too_many_attempts = Passwords were tried too often or too fast. Please try again in { $wait }. Devices on which you signed in before do not wait for the mistakes of others.
    .logins = Too many logins that are taken were tried. Please try again in { $minutes } min.
too_many_registrations = Too many registrations came from here or for this e-mail. Please try again in { $minutes } min, or call the duty phone { $phone }.
busy = Many people are here right now. Please try again in a few seconds.
wrong_password = That is not your current password. { $hint }
wrong_login = The login or the password is wrong. { $hint }
hint =
    .wait = You can try again in { $wait }; if you forgot the password, call the duty phone.
    .left = { $left ->
        [one] After { $left } more wrong attempt you have to wait { $wait }.
       *[other] After { $left } more wrong attempts you have to wait { $wait }.
    }
    .check = Please check both; if you forgot the password, call the duty phone.
wait =
    .hours = { $hours } h
    .minutes = { $minutes } min
    .seconds = { $seconds } s
membership_pending = Your wish to join { $name } still waits for a colleague or customs; you get an e-mail.
membership_refused = Your wish to join { $name } was refused, so you cannot act for it. Please ask your colleagues or call the duty phone.
membership_ended = Your membership of { $name } ended, so you cannot act for it. Please ask your colleagues or call the duty phone.
